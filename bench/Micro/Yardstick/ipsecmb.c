/* Intel's ipsec-mb by its direct interface, one packet a call: initialisation vector and AEAD, no SRTP state. */
#include "yardstick.h"
#include <intel-ipsec-mb.h>

struct yard {
    int payload, packets, keys, is256;
    uint16_t sequence;
    uint8_t *ring, salt[12];
    struct gcm_key_data *key;
    IMB_MGR *manager;
};

static void seal(struct yard *y, struct gcm_key_data *key, const uint8_t *from, uint8_t *to)
{
    struct gcm_context_data context;
    uint8_t iv[12];
    uint64_t length = (uint64_t)y->payload;
    write_iv(iv, y->salt, from);
    if (y->is256)
        IMB_AES256_GCM_ENC(y->manager, key, &context, to + HEADER, from + HEADER, length, iv, from, HEADER,
            to + HEADER + length, TAG);
    else
        IMB_AES128_GCM_ENC(y->manager, key, &context, to + HEADER, from + HEADER, length, iv, from, HEADER,
            to + HEADER + length, TAG);
}

static int open_packet(struct yard *y, struct gcm_key_data *key, uint8_t *p)
{
    struct gcm_context_data context;
    uint8_t iv[12], tag[TAG];
    uint64_t length = (uint64_t)y->payload;
    write_iv(iv, y->salt, p);
    if (y->is256)
        IMB_AES256_GCM_DEC(y->manager, key, &context, p + HEADER, p + HEADER, length, iv, p, HEADER, tag, TAG);
    else
        IMB_AES128_GCM_DEC(y->manager, key, &context, p + HEADER, p + HEADER, length, iv, p, HEADER, tag, TAG);
    return tags_differ(tag, p + HEADER + length);
}

void *yard_open(int suite, int key_octets, int mki, int payload, int packets, int keys)
{
    if (suite != SUITE_GCM)
        return NULL;
    struct yard *y = calloc(1, sizeof *y);
    int count = keys > 0 ? keys : 1;
    (void)mki;
    y->payload = payload;
    y->packets = packets;
    y->keys = keys;
    y->is256 = key_octets == 32;
    y->ring = new_ring(payload, packets);
    memset(y->salt, 9, sizeof y->salt);
    y->manager = alloc_mb_mgr(0);
    init_mb_mgr_auto(y->manager, NULL);
    y->key = aligned_alloc(64, ((size_t)count * sizeof *y->key + 63) & ~(size_t)63);
    for (int i = 0; i < count; i++) {
        uint8_t key[32] = { (uint8_t)i, (uint8_t)(i >> 8), 3 };
        if (y->is256)
            IMB_AES256_GCM_PRE(y->manager, key, &y->key[i]);
        else
            IMB_AES128_GCM_PRE(y->manager, key, &y->key[i]);
    }
    return y;
}

int yard_round(struct yard *y, double *protect_ns, double *unprotect_ns)
{
    size_t stride = stride_of(y->payload);
    int failed = 0;
    for (int i = 0; i < y->packets; i++)
        write_plain(y->ring + (size_t)i * stride, y->sequence++, y->payload);
    double start = now_ns();
    for (int i = 0; i < y->packets; i++) {
        uint8_t *p = y->ring + (size_t)i * stride;
        seal(y, y->key, p, p);
    }
    double middle = now_ns();
    for (int i = 0; i < y->packets; i++)
        failed |= open_packet(y, y->key, y->ring + (size_t)i * stride);
    *protect_ns = (middle - start) / y->packets;
    *unprotect_ns = (now_ns() - middle) / y->packets;
    return failed;
}

double yard_fan_out(struct yard *y)
{
    size_t stride = stride_of(y->payload);
    uint8_t plain[HEADER + 2048];
    write_plain(plain, y->sequence++, y->payload);
    double start = now_ns();
    for (int i = 0; i < y->keys; i++) {
        uint8_t *p = y->ring + (size_t)(i % y->packets) * stride;
        memcpy(p, plain, HEADER);
        seal(y, &y->key[i], plain, p);
    }
    return (now_ns() - start) / y->keys;
}

void yard_close(struct yard *y)
{
    free_mb_mgr(y->manager);
    free(y->key);
    free(y->ring);
    free(y);
}
