package dev.runledger.security;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.servlet.ServletWebServerFactory;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.config.annotation.web.configuration.OAuth2AuthorizationServerConfiguration;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.server.authorization.client.InMemoryRegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.settings.AuthorizationServerSettings;
import org.springframework.security.oauth2.server.authorization.settings.ClientSettings;
import org.springframework.security.oauth2.server.authorization.token.JwtEncodingContext;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenCustomizer;
import org.springframework.security.web.SecurityFilterChain;

/** A real issuer: Spring's authorization server, with a form to sign in. Everybody's password is {@link #PASSWORD}. */
public final class TestIssuer implements AutoCloseable {

    public static final String CLIENT = "runledger";
    public static final String SECRET = "client-secret-that-no-log-may-have";
    public static final String PASSWORD = "password-of-everybody";

    private final ConfigurableApplicationContext application;
    private final String address;
    private final Map<String, List<String>> groups = new ConcurrentHashMap<>();
    private final InMemoryRegisteredClientRepository clients;

    /** Has a server sign people in with an issuer of its own, which is {@link #shared()}. */
    public static final class Configured implements ApplicationContextInitializer<ConfigurableApplicationContext> {

        private static final TestIssuer SHARED = new TestIssuer(freePort());

        @Override
        public void initialize(ConfigurableApplicationContext context) {
            TestPropertyValues.of(settings(SHARED.address())).applyTo(context);
        }
    }

    public static TestIssuer shared() {
        return Configured.SHARED;
    }

    static String[] settings(String issuer) {
        return new String[] {
            "runledger.oidc.issuer=" + issuer,
            "runledger.oidc.client-id=" + CLIENT,
            "runledger.oidc.client-secret=" + SECRET,
            "runledger.oidc.name=Acme"
        };
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    TestIssuer(int port) {
        address = "http://localhost:" + port;
        clients = new InMemoryRegisteredClientRepository(client("http://localhost:1"));
        application = new SpringApplicationBuilder(Server.class)
                .initializers(context -> {
                    context.getBeanFactory().registerSingleton("clients", clients);
                    context.getBeanFactory().registerSingleton("issuer", this);
                })
                .properties("spring.config.name=issuer", "logging.level.root=warn")
                .logStartupInfo(false)
                .run("--server.port=" + port);
    }

    /** Registers where a server under test is reached. */
    public void accept(String runledger) {
        clients.save(client(runledger));
    }

    /** Puts a person in groups, from their next sign-in on. */
    public void put(String person, String... into) {
        groups.put(person, List.of(into));
    }

    public String address() {
        return address;
    }

    private static RegisteredClient client(String runledger) {
        return RegisteredClient.withId("1")
                .clientId(CLIENT)
                .clientSecret("{noop}" + SECRET)
                .clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_BASIC)
                .authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
                .redirectUri(runledger + "/sign-in/callback")
                .postLogoutRedirectUri(runledger + "/")
                .scopes(scopes -> scopes.addAll(List.of("openid", "profile", "email")))
                .clientSettings(ClientSettings.builder().requireProofKey(true).build())
                .build();
    }

    @EnableWebSecurity
    static class Server {

        @Bean
        ServletWebServerFactory webServer(TestIssuer issuer) {
            var factory = new TomcatServletWebServerFactory(Integer.parseInt(issuer.address.replaceFirst(".*:", "")));
            // Without any servlet there are no filters.
            factory.getSettings().setRegisterDefaultServlet(true);
            return factory;
        }

        @Bean
        SecurityFilterChain chain(HttpSecurity http) {
            return http.oauth2AuthorizationServer(server -> server.oidc(Customizer.withDefaults()))
                    .authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                    .formLogin(Customizer.withDefaults())
                    .build();
        }

        @Bean
        UserDetailsService people(TestIssuer issuer) {
            return name -> User.withUsername(name).password("{noop}" + PASSWORD).build();
        }

        @Bean
        OAuth2TokenCustomizer<JwtEncodingContext> groups(TestIssuer issuer) {
            return context -> {
                String name = context.getPrincipal().getName();
                Map<String, Object> claims = new LinkedHashMap<>();
                claims.put("preferred_username", name);
                claims.put("groups", issuer.groups.getOrDefault(name, List.of()));
                context.getClaims().claims(all -> all.putAll(claims));
            };
        }

        @Bean
        JWKSource<SecurityContext> keys() throws JOSEException {
            return new ImmutableJWKSet<>(
                    new JWKSet(new RSAKeyGenerator(2048).keyID("1").generate()));
        }

        @Bean
        JwtDecoder decoder(JWKSource<SecurityContext> keys) {
            return OAuth2AuthorizationServerConfiguration.jwtDecoder(keys);
        }

        @Bean
        AuthorizationServerSettings settings(TestIssuer issuer) {
            return AuthorizationServerSettings.builder().issuer(issuer.address).build();
        }
    }

    @Override
    public void close() {
        application.close();
    }
}
