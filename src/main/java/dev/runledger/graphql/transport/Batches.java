package dev.runledger.graphql.transport;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import graphql.schema.DataFetchingEnvironment;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.dataloader.DataLoader;
import org.springframework.graphql.execution.BatchLoaderRegistry;
import reactor.core.publisher.Mono;

/** Answers a field for all elements of a list together, so that the number of statements does not grow with the list. */
public final class Batches {

    private Batches() {}

    /**
     * Registers how to answer for many at once.
     *
     * @param query what is equal in keys that are answered together: all of the key but its element
     * @param element of the list, in the key
     * @param answer for one key, as one of those with the same query, and their elements
     */
    @SuppressWarnings("unchecked")
    public static <K, E, V> void register(
            BatchLoaderRegistry loaders,
            String name,
            Function<K, ?> query,
            Function<K, E> element,
            BiFunction<K, List<E>, Map<E, V>> answer) {
        loaders.forTypePair((Class<K>) Object.class, (Class<V>) Object.class)
                .withName(name)
                .registerMappedBatchLoader((keys, environment) -> Mono.fromSupplier(() -> {
                    Map<K, V> answers = new HashMap<>();
                    keys.stream()
                            .collect(groupingBy(query, LinkedHashMap::new, toList()))
                            .values()
                            .forEach(same -> {
                                Map<E, V> found = answer.apply(
                                        same.get(0),
                                        same.stream().map(element).distinct().toList());
                                same.forEach(key -> answers.put(key, found.get(element.apply(key))));
                            });
                    return answers;
                }));
    }

    public static <K, V> CompletableFuture<V> load(DataFetchingEnvironment environment, String name, K key) {
        DataLoader<K, V> loader = environment.getDataLoader(name);
        if (loader == null) {
            throw new IllegalStateException("No loader is registered as " + name);
        }
        return loader.load(key);
    }

    public static <E, V> Map<E, V> byKey(List<E> elements, Function<E, V> answer) {
        Map<E, V> answers = new HashMap<>();
        elements.forEach(element -> answers.put(element, answer.apply(element)));
        return answers;
    }
}
