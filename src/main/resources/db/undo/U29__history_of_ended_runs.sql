DROP INDEX ix_qgr_ended, ix_qgr_figures_unknown;
