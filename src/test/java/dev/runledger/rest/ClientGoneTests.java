package dev.runledger.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.apache.catalina.connector.ClientAbortException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class ClientGoneTests {

    @Test
    void whoeverLeavesAPageBeforeItIsThereIsNoErrorOfTheServer(CapturedOutput output) {
        assertThat(new RestErrors().anythingElse(new ClientAbortException(new IOException("Broken pipe"))))
                .isNull();
        assertThat(output).doesNotContain("ERROR");
    }

    @Test
    void whatElseFailsIsAnError(CapturedOutput output) {
        assertThat(new RestErrors()
                        .anythingElse(new IOException("The disk is full"))
                        .getStatusCode()
                        .value())
                .isEqualTo(500);
        assertThat(output).contains("ERROR", "The disk is full");
    }
}
