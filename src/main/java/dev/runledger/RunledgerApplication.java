package dev.runledger;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Serves the run history of question-service by REST and GraphQL. */
@SpringBootApplication
public class RunledgerApplication {

    public static void main(String[] args) {
        SpringApplication.run(RunledgerApplication.class, args);
    }
}
