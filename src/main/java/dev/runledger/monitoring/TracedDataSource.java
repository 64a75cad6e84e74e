package dev.runledger.monitoring;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** Makes a span of each statement that is sent for something traced, with its text: values are parameters, and not in it. */
class TracedDataSource extends DelegatingDataSource {

    private final ObjectProvider<ObservationRegistry> observations;

    TracedDataSource(DataSource source, ObjectProvider<ObservationRegistry> observations) {
        super(source);
        this.observations = observations;
    }

    @Override
    public Connection getConnection() throws SQLException {
        Connection connection = super.getConnection();
        ObservationRegistry registry = observations.getIfAvailable();
        return registry == null || registry.getCurrentObservation() == null ? connection : traced(connection, registry);
    }

    private static Connection traced(Connection connection, ObservationRegistry registry) {
        return proxy(Connection.class, (method, arguments) -> {
            Object made = invoke(connection, method, arguments);
            if (made instanceof PreparedStatement statement && arguments != null) {
                return traced(PreparedStatement.class, statement, (String) arguments[0], registry);
            }
            return made instanceof Statement statement ? traced(Statement.class, statement, null, registry) : made;
        });
    }

    private static <S extends Statement> S traced(
            Class<S> type, S statement, @Nullable String prepared, ObservationRegistry registry) {
        return proxy(type, (method, arguments) -> {
            String sql = arguments != null && arguments[0] instanceof String text ? text : prepared;
            if (!method.getName().startsWith("execute") || sql == null) {
                return invoke(statement, method, arguments);
            }
            return Observation.createNotStarted("statement", registry)
                    .contextualName(firstWord(sql))
                    .lowCardinalityKeyValue("db.system.name", "postgresql")
                    .highCardinalityKeyValue("db.query.text", sql)
                    .observeChecked(() -> invoke(statement, method, arguments));
        });
    }

    private static String firstWord(String sql) {
        return sql.strip().split("\\W", 2)[0].toUpperCase(Locale.ROOT);
    }

    private interface Call {

        @Nullable
        Object of(Method method, Object @Nullable [] arguments) throws Throwable;
    }

    private static <T> T proxy(Class<T> type, Call call) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader() == null ? TracedDataSource.class.getClassLoader() : type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> call.of(method, arguments)));
    }

    private static @Nullable Object invoke(Object target, Method method, Object @Nullable [] arguments)
            throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
