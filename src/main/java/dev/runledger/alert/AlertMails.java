package dev.runledger.alert;

import jakarta.mail.MessagingException;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.util.Objects;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.mail.MailAuthenticationException;
import org.springframework.mail.MailException;
import org.springframework.mail.javamail.JavaMailSender;
import org.springframework.mail.javamail.MimeMessageHelper;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Messages about alerts as mail, by the server that {@code spring.mail} names. */
@Component
class AlertMails {

    private final ObjectProvider<JavaMailSender> sender;
    private final JsonMapper json;
    private final String from;

    AlertMails(
            ObjectProvider<JavaMailSender> sender,
            JsonMapper json,
            @Value("${runledger.alerts.mail-from}") String from) {
        this.sender = sender;
        this.json = json;
        this.from = from;
    }

    /** @throws IllegalArgumentException if no mail can go there */
    void check(String address) {
        try {
            new InternetAddress(address, true);
        } catch (AddressException e) {
            throw new IllegalArgumentException("to must be an address of mail");
        }
        if (sender.getIfAvailable() == null) {
            throw new IllegalArgumentException("spring.mail.host is not configured, which sends mail");
        }
    }

    ReceiverAnswer send(ChannelMessage message) {
        JavaMailSender server = sender.getIfAvailable();
        if (server == null) {
            return ReceiverAnswer.refused("spring.mail.host is not configured");
        }
        AlertText text = AlertText.of(json.readTree(message.body()));
        try {
            MimeMessage mail = server.createMimeMessage();
            MimeMessageHelper parts = new MimeMessageHelper(mail, true, "UTF-8");
            parts.setFrom(from);
            parts.setTo(Objects.requireNonNull(message.recipient()));
            parts.setSubject(text.title());
            parts.setText(text.plain(), text.html());
            // The same however often it is sent; all mails about an alert are one thread.
            mail.setHeader("Message-ID", "<" + message.id() + "@runledger>");
            mail.setHeader("References", "<" + text.alertId() + "@runledger>");
            mail.setHeader("Auto-Submitted", "auto-generated");
            server.send(mail);
            return ReceiverAnswer.taken("Taken by the mail server");
        } catch (MailAuthenticationException e) {
            return ReceiverAnswer.refused("The mail server refused user or password");
        } catch (MailException | MessagingException e) {
            return ReceiverAnswer.refused("The mail server did not take it");
        }
    }
}
