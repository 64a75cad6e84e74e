package dev.runledger.database;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** Lets a {@link StatementScope} know which connections its work has. */
@Configuration(proxyBeanMethods = false)
class CancellableConnections {

    @Bean
    static BeanPostProcessor cancellableDataSource() {
        return new BeanPostProcessor() {
            @Override
            public Object postProcessAfterInitialization(Object bean, String name) {
                return bean instanceof DataSource source && name.equals("dataSource") ? new Cancellable(source) : bean;
            }
        };
    }

    private static final class Cancellable extends DelegatingDataSource {

        Cancellable(DataSource source) {
            super(source);
        }

        @Override
        public Connection getConnection() throws SQLException {
            Connection connection = super.getConnection();
            StatementScope scope = StatementScope.current();
            return scope == null ? connection : within(scope, connection);
        }

        private static Connection within(StatementScope scope, Connection connection) throws SQLException {
            try {
                scope.opened(connection);
            } catch (SQLException e) {
                connection.close();
                throw e;
            }
            return (Connection) Proxy.newProxyInstance(
                    Connection.class.getClassLoader(),
                    new Class<?>[] {Connection.class},
                    (proxy, method, arguments) -> {
                        if (method.getName().equals("close")) {
                            scope.closed(connection);
                        }
                        try {
                            return method.invoke(connection, arguments);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    });
        }
    }
}
