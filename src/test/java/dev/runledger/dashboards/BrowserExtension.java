package dev.runledger.dashboards;

import static org.junit.jupiter.api.extension.ConditionEvaluationResult.disabled;
import static org.junit.jupiter.api.extension.ConditionEvaluationResult.enabled;

import com.microsoft.playwright.assertions.PlaywrightAssertions;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.springframework.core.io.ClassPathResource;
import org.springframework.test.context.junit.jupiter.SpringExtension;

/** Starts one browser for all tests, gives each test a {@link Browsing} of its own, and sees that it ended quietly. */
class BrowserExtension implements ExecutionCondition, BeforeAllCallback, ParameterResolver, AfterEachCallback {

    private static final String NO_BROWSER = "No Chromium or Chrome is installed";
    /** A busy machine is slow, and no test is about speed. */
    private static final double PATIENCE_MS = 30_000;

    private static final Namespace OURS = Namespace.create(BrowserExtension.class);

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        if (!new ClassPathResource("static/index.html").exists()) {
            return disabled("Built with -DskipDashboards: no pages to look at");
        }
        if (SystemBrowser.find().isEmpty() && !"true".equals(System.getenv("CI"))) {
            System.out.println(NO_BROWSER + ", " + context.getDisplayName() + " is skipped");
            return disabled(NO_BROWSER);
        }
        return enabled("There is something to look at, and a browser");
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        Path executable = SystemBrowser.find().orElseThrow(() -> new IllegalStateException(NO_BROWSER));
        browser(context, executable);
        PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MS);
    }

    private static SystemBrowser browser(ExtensionContext context, Path executable) {
        return context.getRoot()
                .getStore(OURS)
                .computeIfAbsent(SystemBrowser.class, type -> SystemBrowser.start(executable), SystemBrowser.class);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Browsing.class;
    }

    @Override
    public Browsing resolveParameter(ParameterContext parameter, ExtensionContext context) {
        String port = SpringExtension.getApplicationContext(context)
                .getEnvironment()
                .getRequiredProperty("local.server.port");
        SystemBrowser browser = context.getRoot().getStore(OURS).get(SystemBrowser.class, SystemBrowser.class);
        Browsing browsing = new Browsing(browser.browser(), "http://localhost:" + port);
        context.getStore(OURS).put(Browsing.class, browsing);
        return browsing;
    }

    private static String name(ExtensionContext context) {
        String test = context.getRequiredTestClass().getSimpleName() + "."
                + context.getRequiredTestMethod().getName();
        return test + context.getDisplayName().replaceAll("\\W+", "-");
    }

    @Override
    public void afterEach(ExtensionContext context) {
        Browsing browsing = context.getStore(OURS).remove(Browsing.class, Browsing.class);
        if (browsing == null) {
            return;
        }
        try {
            if (context.getExecutionException().isPresent()) {
                browsing.describe(name(context));
            } else {
                browsing.assertQuiet();
            }
        } finally {
            browsing.close();
        }
    }
}
