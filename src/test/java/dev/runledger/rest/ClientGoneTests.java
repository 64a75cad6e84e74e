package dev.runledger.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.apache.catalina.connector.ClientAbortException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.mock.web.MockHttpServletResponse;

@ExtendWith(OutputCaptureExtension.class)
class ClientGoneTests {

    private final MockHttpServletResponse response = new MockHttpServletResponse();

    @Test
    void whoeverLeavesAPageBeforeItIsThereIsNoErrorOfTheServer(CapturedOutput output) throws Exception {
        IOException gone = new ClientAbortException(new IOException("Broken pipe"));

        assertThat(new RestErrors().anythingElse(gone, response)).isNull();
        assertThat(output).doesNotContain("ERROR");
    }

    @Test
    void whatElseFailsIsAnError(CapturedOutput output) throws Exception {
        IOException failure = new IOException("The disk is full");

        assertThat(new RestErrors()
                        .anythingElse(failure, response)
                        .getStatusCode()
                        .value())
                .isEqualTo(500);
        assertThat(output).contains("ERROR", "The disk is full");
    }

    @Test
    void anAnswerThatIsOnItsWayIsBrokenOffRatherThanEnded() {
        IOException failure = new IOException("The disk is full");
        response.setCommitted(true);

        assertThatThrownBy(() -> new RestErrors().anythingElse(failure, response))
                .isSameAs(failure);
    }
}
