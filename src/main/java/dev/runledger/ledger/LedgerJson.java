package dev.runledger.ledger;

import io.hypersistence.utils.hibernate.type.util.ObjectMapperSupplier;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/** Reads the ledger's JSON columns with every digit; named in {@code hypersistence-utils.properties}. */
public class LedgerJson implements ObjectMapperSupplier {

    @Override
    public ObjectMapper get() {
        return JsonMapper.builder()
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .build();
    }
}
