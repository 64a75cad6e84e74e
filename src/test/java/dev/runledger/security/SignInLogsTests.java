package dev.runledger.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.EverythingIsLogged;
import dev.runledger.RunledgerTest;
import java.net.URI;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.ContextConfiguration;

@RunledgerTest
@ContextConfiguration(initializers = TestIssuer.Configured.class)
@ExtendWith({OutputCaptureExtension.class, EverythingIsLogged.class})
class SignInLogsTests {

    /** What a token in JSON Web Signature begins with. */
    private static final String TOKEN = "eyJ";

    @LocalServerPort
    int port;

    /** The code in the address is worth nothing without the verifier, and used up. */
    @Test
    void noTokenAndNoSecretIsLoggedAtAnyLevel(CapturedOutput output) throws Exception {
        TestIssuer issuer = TestIssuer.shared();
        String server = "http://localhost:" + port;
        issuer.accept(server);
        issuer.put("ann", "runledger-analysts");
        SignInBrowser browser = new SignInBrowser(server);
        String callback = browser.callback("ann", "");
        String[] attempt = browser.cookie("runledger_sign_in").split("\\.");

        assertThat(SignInBrowser.location(browser.get(callback))).endsWith("#sign-in=done");
        browser.get(callback);
        String session = browser.cookie("runledger_session");
        browser.request("POST", "/graphql", "{\"query\": \"{ runs(first: 1) { totalCount } }\"}");
        browser.request("DELETE", "/session", "");

        // The issuer is in the same process.
        String ofIssuer = "-" + URI.create(issuer.address()).getPort() + "-exec-";
        assertThat(output.getAll()).contains("DEBUG", "TRACE", "/sign-in/callback");
        assertThat(output.getAll()
                        .lines()
                        .filter(line -> !line.contains(ofIssuer))
                        .filter(line -> Stream.of(TestIssuer.SECRET, TOKEN, attempt[1], attempt[2], session)
                                .anyMatch(line::contains)))
                .isEmpty();
    }
}
