/* libsrtp 2, whole SRTP: stream look-up, index, replay window, MKI. Debian's build of it links NSS, not OpenSSL. */
#include "yardstick.h"
#include <srtp2/srtp.h>

struct yard {
    int payload, packets, keys, mki;
    uint16_t sequence;
    uint8_t *ring;
    srtp_t sender, receiver, *fan_out;
};

static srtp_t new_session(int suite, int key_octets, int mki, int seed, int sends)
{
    uint8_t octets[46] = { (uint8_t)seed, (uint8_t)(seed >> 8), 3 }, id[16] = { 1, 2, 3, 4 };
    srtp_master_key_t key = { octets, id, (unsigned)mki }, *keys[1] = { &key };
    srtp_policy_t policy;
    srtp_t session = NULL;
    memset(&policy, 0, sizeof policy);
    if (suite == SUITE_CM) {
        if (key_octets == 32)
            srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&policy.rtp);
        else
            srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtp);
        policy.rtcp = policy.rtp;
    } else if (key_octets == 32) {
        srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy.rtp);
        srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy.rtcp);
    } else {
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
    }
    policy.ssrc.type = sends ? ssrc_any_outbound : ssrc_any_inbound;
    policy.window_size = 1024;
    if (mki > 0) {
        policy.keys = keys;
        policy.num_master_keys = 1;
    } else {
        policy.key = octets;
    }
    return srtp_create(&session, &policy) == srtp_err_status_ok ? session : NULL;
}

void *yard_open(int suite, int key_octets, int mki, int payload, int packets, int keys)
{
    static int ready;
    if (!ready && srtp_init() != srtp_err_status_ok)
        return NULL;
    ready = 1;
    struct yard *y = calloc(1, sizeof *y);
    y->payload = payload;
    y->packets = packets;
    y->keys = keys;
    y->mki = mki;
    y->ring = new_ring(payload, packets);
    y->sender = new_session(suite, key_octets, mki, 0, 1);
    y->receiver = new_session(suite, key_octets, mki, 0, 0);
    y->fan_out = calloc((size_t)keys + 1, sizeof *y->fan_out);
    for (int i = 0; i < keys; i++)
        y->fan_out[i] = new_session(suite, key_octets, mki, i, 1);
    return y;
}

int yard_round(struct yard *y, double *protect_ns, double *unprotect_ns)
{
    size_t stride = stride_of(y->payload);
    int length, failed = 0, protected_length = 0;
    for (int i = 0; i < y->packets; i++)
        write_plain(y->ring + (size_t)i * stride, y->sequence++, y->payload);
    double start = now_ns();
    for (int i = 0; i < y->packets; i++) {
        protected_length = HEADER + y->payload;
        failed |= srtp_protect_mki(y->sender, y->ring + (size_t)i * stride, &protected_length, y->mki > 0, 0)
            != srtp_err_status_ok;
    }
    double middle = now_ns();
    for (int i = 0; i < y->packets; i++) {
        length = protected_length;
        failed |= srtp_unprotect_mki(y->receiver, y->ring + (size_t)i * stride, &length, y->mki > 0)
            != srtp_err_status_ok;
    }
    *protect_ns = (middle - start) / y->packets;
    *unprotect_ns = (now_ns() - middle) / y->packets;
    return failed;
}

double yard_fan_out(struct yard *y)
{
    size_t stride = stride_of(y->payload);
    uint8_t plain[HEADER + 2048];
    int failed = 0;
    write_plain(plain, y->sequence++, y->payload);
    double start = now_ns();
    for (int i = 0; i < y->keys; i++) {
        uint8_t *p = y->ring + (size_t)(i % y->packets) * stride;
        int length = HEADER + y->payload;
        memcpy(p, plain, (size_t)length);
        failed |= srtp_protect_mki(y->fan_out[i], p, &length, y->mki > 0, 0) != srtp_err_status_ok;
    }
    return failed ? -1 : (now_ns() - start) / y->keys;
}

void yard_close(struct yard *y)
{
    srtp_dealloc(y->sender);
    srtp_dealloc(y->receiver);
    for (int i = 0; i < y->keys; i++)
        srtp_dealloc(y->fan_out[i]);
    free(y->fan_out);
    free(y->ring);
    free(y);
}
