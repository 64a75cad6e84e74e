package dev.runledger.graphql.limits;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.stereotype.Component;

/**
 * The threads that queries are answered on: of one key not more at once than keep the processors busy, and of all keys twice as
 * many, so that reporting finds database connections and its share of time however many queries there are.
 */
@Component
class QueryThreads implements DisposableBean {

    static final int OF_KEY = 1 + Runtime.getRuntime().availableProcessors();

    private final FairLine line = new FairLine(2 * OF_KEY, OF_KEY, Integer.MAX_VALUE);
    private final ExecutorService threads = Executors.newCachedThreadPool(new CustomizableThreadFactory("query-"));

    /** Runs the task when the key has a thread for it. */
    void execute(String key, Runnable task) {
        line.enter(
                key,
                0,
                () -> threads.execute(() -> {
                    try {
                        task.run();
                    } finally {
                        line.leave(key);
                    }
                }));
    }

    @Override
    public void destroy() {
        threads.shutdown();
    }
}
