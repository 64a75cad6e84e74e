package dev.runledger.graphql;

import org.springframework.aop.Advisor;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.annotation.AnnotationMatchingPointcut;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.graphql.data.method.annotation.MutationMapping;

/** Has mutations audited, once it is known that their caller may use them. */
@Configuration(proxyBeanMethods = false)
class AuditConfiguration {

    @Bean
    static Advisor mutationsAreAudited(ObjectProvider<AuditedMutations> audited) {
        var advisor = new DefaultPointcutAdvisor(
                AnnotationMatchingPointcut.forMethodAnnotation(MutationMapping.class),
                (org.aopalliance.intercept.MethodInterceptor)
                        invocation -> audited.getObject().invoke(invocation));
        advisor.setOrder(Ordered.LOWEST_PRECEDENCE);
        return advisor;
    }
}
