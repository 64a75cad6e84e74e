/**
 * Who may do what: the service key in the header {@code X-Service-Key}, or the cookie of whoever signed in with a key or by OpenID
 * Connect, becomes authorities, everything else is refused.
 *
 * <table>
 * <caption>Authorities by role</caption>
 * <tr><th>role</th><th>{@code runs:read}</th><th>{@code runs:export}</th><th>{@code runs:record}</th><th>{@code alerts:acknowledge}</th><th>{@code runs:administer}</th><th>{@code metrics:read}</th></tr>
 * <tr><td>WRITER</td><td></td><td></td><td>yes</td><td></td><td></td><td></td></tr>
 * <tr><td>REPORTER</td><td>yes</td><td>yes</td><td>yes</td><td></td><td></td><td></td></tr>
 * <tr><td>VIEWER</td><td>yes</td><td></td><td></td><td></td><td></td><td></td></tr>
 * <tr><td>ANALYST</td><td>yes</td><td>yes</td><td></td><td></td><td></td><td></td></tr>
 * <tr><td>ONCALL</td><td>yes</td><td>yes</td><td></td><td>yes</td><td></td><td></td></tr>
 * <tr><td>ADMIN</td><td>yes</td><td>yes</td><td>yes</td><td>yes</td><td>yes</td><td>yes</td></tr>
 * <tr><td>METRICS</td><td></td><td></td><td></td><td></td><td></td><td>yes</td></tr>
 * </table>
 *
 * URL rules guard the API. GraphQL's operations share one URL: every query and subscription needs {@code runs:read}, and a
 * mutation says itself what it needs: {@code @PreAuthorize("hasAuthority('runs:record')")}.
 *
 * <p>It asks {@code database} for the data directory, where it keeps the keys that it makes when there is no other database.
 */
@ApplicationModule(allowedDependencies = {"database", "web", "audit"})
@NullMarked
package dev.runledger.security;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
