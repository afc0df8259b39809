/* Intel's ipsec-mb by its job interface, a burst of packets a call, each under a key of its own: AES-CM and HMAC-SHA1 over
   header, ciphertext and rollover counter, 80 bits of tag. No SRTP state. */
#include "yardstick.h"
#include <intel-ipsec-mb.h>

enum { MAX_BURST = 32, CODE = 12, CM_TAG = 10, ROC = 4 };

struct key {
    DECLARE_ALIGNED(uint32_t encryption[15 * 4], 16);
    DECLARE_ALIGNED(uint32_t decryption[15 * 4], 16);
    uint8_t inner[20], outer[20];
};

struct yard {
    int payload, packets, keys, key_octets;
    uint16_t sequence;
    uint8_t *ring, salt[16];
    struct key *key;
    IMB_MGR *manager;
};

static void expand(struct yard *y, struct key *k, int seed)
{
    uint8_t key[32] = { (uint8_t)seed, 2, 3 }, inner[64], outer[64];
    if (y->key_octets == 32)
        IMB_AES_KEYEXP_256(y->manager, key, k->encryption, k->decryption);
    else
        IMB_AES_KEYEXP_128(y->manager, key, k->encryption, k->decryption);
    memset(inner, 0x36, sizeof inner);
    memset(outer, 0x5c, sizeof outer);
    inner[0] ^= (uint8_t)seed;
    outer[0] ^= (uint8_t)seed;
    IMB_SHA1_ONE_BLOCK(y->manager, inner, k->inner);
    IMB_SHA1_ONE_BLOCK(y->manager, outer, k->outer);
}

void *yard_open(int suite, int key_octets, int mki, int payload, int packets, int keys)
{
    if (suite != SUITE_CM || keys < 1 || keys > MAX_BURST)
        return NULL;
    struct yard *y = calloc(1, sizeof *y);
    (void)mki;
    y->payload = payload;
    y->packets = packets;
    y->keys = keys;
    y->key_octets = key_octets;
    y->ring = new_ring(payload, packets);
    memset(y->salt, 9, 14);
    y->manager = alloc_mb_mgr(0);
    init_mb_mgr_auto(y->manager, NULL);
    y->key = aligned_alloc(64, ((size_t)keys * sizeof *y->key + 63) & ~(size_t)63);
    for (int i = 0; i < keys; i++)
        expand(y, &y->key[i], i);
    return y;
}

/* One burst, complete on return. Codes lie apart because the counter follows the ciphertext while it is hashed. */
static int run_burst(struct yard *y, uint8_t *first, int count, int seals, uint8_t codes[][CODE])
{
    size_t stride = stride_of(y->payload);
    uint8_t ivs[MAX_BURST][16];
    IMB_JOB *jobs[MAX_BURST], *done[MAX_BURST];
    if ((int)IMB_GET_NEXT_BURST(y->manager, (uint32_t)count, jobs) != count)
        return 1;
    for (int i = 0; i < count; i++) {
        uint8_t *p = first + (size_t)i * stride;
        struct key *k = &y->key[i];
        IMB_JOB *job = jobs[i];
        write_counter(ivs[i], y->salt, p);
        memset(p + HEADER + y->payload, 0, ROC);
        job->cipher_mode = IMB_CIPHER_CNTR;
        job->hash_alg = IMB_AUTH_HMAC_SHA_1;
        job->cipher_direction = seals ? IMB_DIR_ENCRYPT : IMB_DIR_DECRYPT;
        job->chain_order = seals ? IMB_ORDER_CIPHER_HASH : IMB_ORDER_HASH_CIPHER;
        job->enc_keys = k->encryption;
        job->dec_keys = k->encryption;
        job->key_len_in_bytes = (uint64_t)y->key_octets;
        job->src = p;
        job->dst = p + HEADER;
        job->iv = ivs[i];
        job->iv_len_in_bytes = 16;
        job->cipher_start_src_offset_in_bytes = HEADER;
        job->msg_len_to_cipher_in_bytes = (uint64_t)y->payload;
        job->hash_start_src_offset_in_bytes = 0;
        job->msg_len_to_hash_in_bytes = (uint64_t)(HEADER + y->payload + ROC);
        job->u.HMAC._hashed_auth_key_xor_ipad = k->inner;
        job->u.HMAC._hashed_auth_key_xor_opad = k->outer;
        job->auth_tag_output = codes[i];
        job->auth_tag_output_len_in_bytes = CODE;
    }
    uint32_t completed = IMB_SUBMIT_BURST_NOCHECK(y->manager, (uint32_t)count, jobs), flushed;
    while ((flushed = IMB_FLUSH_BURST(y->manager, MAX_BURST, done)) != 0)
        completed += flushed;
    return (int)completed != count;
}

int yard_round(struct yard *y, double *protect_ns, double *unprotect_ns)
{
    size_t stride = stride_of(y->payload);
    int failed = 0, bursts = y->packets / y->keys;
    uint8_t codes[MAX_BURST][CODE], tags[MAX_BURST][CM_TAG];
    for (int i = 0; i < y->packets; i++)
        write_plain(y->ring + (size_t)i * stride, y->sequence++, y->payload);
    double start = now_ns();
    for (int burst = 0; burst < bursts; burst++) {
        uint8_t *first = y->ring + (size_t)(burst * y->keys) * stride;
        failed |= run_burst(y, first, y->keys, 1, codes);
        for (int i = 0; i < y->keys; i++)
            memcpy(first + (size_t)i * stride + HEADER + y->payload, codes[i], CM_TAG);
    }
    double middle = now_ns();
    for (int burst = 0; burst < bursts; burst++) {
        uint8_t *first = y->ring + (size_t)(burst * y->keys) * stride;
        for (int i = 0; i < y->keys; i++)
            memcpy(tags[i], first + (size_t)i * stride + HEADER + y->payload, CM_TAG);
        failed |= run_burst(y, first, y->keys, 0, codes);
        for (int i = 0; i < y->keys; i++)
            failed |= memcmp(tags[i], codes[i], CM_TAG) != 0;
    }
    *protect_ns = (middle - start) / (bursts * y->keys);
    *unprotect_ns = (now_ns() - middle) / (bursts * y->keys);
    return failed;
}

double yard_fan_out(struct yard *y)
{
    (void)y;
    return -1;
}

void yard_close(struct yard *y)
{
    free_mb_mgr(y->manager);
    free(y->key);
    free(y->ring);
    free(y);
}
