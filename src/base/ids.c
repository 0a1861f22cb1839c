#include "base/ids.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

enum {
    ID_BYTES = 15,
    WORKER_BYTE = 11, /* its low 6 bits are one whole character, the 16th */
    WORKER_CHAR = 15,
    COUNTER_BYTE = 12
};

void id_make(struct env *env, char out[ID_LEN + 1])
{
    uint8_t raw[ID_BYTES];
    uint32_t count = env->id_counter++;

    env->random(env->random_ctx, raw, COUNTER_BYTE);
    raw[WORKER_BYTE] = (uint8_t)((raw[WORKER_BYTE] & 0xc0) | (env->worker & 0x3f));
    raw[COUNTER_BYTE] = (uint8_t)(count >> 16);
    raw[COUNTER_BYTE + 1] = (uint8_t)(count >> 8);
    raw[COUNTER_BYTE + 2] = (uint8_t)count;
    for (size_t i = 0; i < ID_BYTES / 3; i++) {
        uint32_t word =
            (uint32_t)raw[3 * i] << 16 | (uint32_t)raw[3 * i + 1] << 8 | (uint32_t)raw[3 * i + 2];

        out[4 * i] = alphabet[word >> 18];
        out[4 * i + 1] = alphabet[(word >> 12) & 0x3f];
        out[4 * i + 2] = alphabet[(word >> 6) & 0x3f];
        out[4 * i + 3] = alphabet[word & 0x3f];
    }
    out[ID_LEN] = '\0';
}

static int digit_of(char c)
{
    const char *at = c != '\0' ? strchr(alphabet, c) : NULL;

    return at != NULL ? (int)(at - alphabet) : -1;
}

int id_worker(struct str id)
{
    size_t hash = str_find(id, '#');

    if (hash < id.len) {
        id = str_from_offset(id, hash + 1);
    }
    if (id.len != ID_LEN) {
        return -1;
    }
    for (size_t i = 0; i < id.len; i++) {
        if (digit_of(id.ptr[i]) < 0) {
            return -1;
        }
    }
    return digit_of(id.ptr[WORKER_CHAR]);
}
