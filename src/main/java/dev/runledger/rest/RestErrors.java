package dev.runledger.rest;

import dev.runledger.database.DatabaseOutage;
import dev.runledger.ledger.RunConflictException;
import dev.runledger.report.InvalidReportException;
import dev.runledger.web.ErrorId;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import org.springframework.web.util.DisconnectedClientHelper;

/** Gives every error the contract's shape, and says no more than the sender may know. */
@RestControllerAdvice
class RestErrors extends ResponseEntityExceptionHandler {

    private static final Logger log = LoggerFactory.getLogger(RestErrors.class);
    private static final String RETRY_AFTER_SECONDS = "5";

    @ExceptionHandler
    ResponseEntity<ErrorBody> invalid(InvalidReportException e) {
        return ResponseEntity.unprocessableContent().body(ErrorBody.of("body", e.faults()));
    }

    @ExceptionHandler
    ResponseEntity<ErrorBody> invalid(RequestFaultException e) {
        return ResponseEntity.unprocessableContent().body(ErrorBody.of(e.part(), e.faults()));
    }

    @ExceptionHandler
    ResponseEntity<ErrorBody> conflict(RunConflictException e) {
        return answer(HttpStatus.CONFLICT, e.getMessage());
    }

    @ExceptionHandler
    ResponseEntity<ErrorBody> unknown(UnknownRunException e) {
        return answer(HttpStatus.NOT_FOUND, e.getMessage());
    }

    /**
     * Answers null to a client that has gone: nobody reads it, and nothing is wrong here. An answer that is on its way already
     * is broken off, so that it is not taken for whole.
     */
    @ExceptionHandler
    @Nullable
    ResponseEntity<ErrorBody> anythingElse(Exception e, HttpServletResponse response) throws Exception {
        if (DisconnectedClientHelper.isClientDisconnectedException(e)) {
            return null;
        }
        if (response.isCommitted()) {
            throw e;
        }
        if (e instanceof AccessDeniedException denied) {
            throw denied;
        }
        if (DatabaseOutage.isBehind(e)) {
            log.warn("The database is away: {}", e.toString());
            return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE)
                    .header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS)
                    .body(new ErrorBody("The database is not available, try again later"));
        }
        String errorId = ErrorId.next();
        log.error("Request failed, error id {}", errorId, e);
        return answer(HttpStatus.INTERNAL_SERVER_ERROR, "Internal server error, error id " + errorId);
    }

    /** What Spring MVC itself refuses: an unknown path, another method or content type. */
    @Override
    protected @Nullable ResponseEntity<Object> handleExceptionInternal(
            Exception e, @Nullable Object body, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        HttpStatus known = HttpStatus.resolve(status.value());
        String reason = known == null ? "Request failed" : known.getReasonPhrase();
        return new ResponseEntity<>(new ErrorBody(reason), headers, status);
    }

    private static ResponseEntity<ErrorBody> answer(HttpStatus status, String detail) {
        return ResponseEntity.status(status).body(new ErrorBody(detail));
    }
}
