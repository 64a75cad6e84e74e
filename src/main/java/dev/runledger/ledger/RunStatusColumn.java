package dev.runledger.ledger;

import dev.runledger.report.RunStatus;
import jakarta.persistence.AttributeConverter;
import jakarta.persistence.Converter;
import org.jspecify.annotations.Nullable;

/** Maps the codes in the ledger's column to {@link RunStatus}. */
@Converter
class RunStatusColumn implements AttributeConverter<RunStatus, String> {

    @Override
    public @Nullable String convertToDatabaseColumn(@Nullable RunStatus status) {
        return status == null ? null : status.code();
    }

    @Override
    public @Nullable RunStatus convertToEntityAttribute(@Nullable String code) {
        return code == null ? null : RunStatus.ofCode(code);
    }
}
