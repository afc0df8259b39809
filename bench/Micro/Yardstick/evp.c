/* OpenSSL's EVP interface with its contexts kept. GCM: initialisation vector, header as associated data, payload, tag.
   AES-CM: counter, payload, HMAC-SHA1 over header, ciphertext and rollover counter, 80 bits of tag. No SRTP state: what
   libsrtp built on OpenSSL costs lies above this. */
#include "yardstick.h"
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

enum { CM_TAG = 10, CODE = 20 };

struct yard {
    int suite, payload, packets;
    uint16_t sequence;
    uint8_t *ring, salt[16];
    EVP_CIPHER_CTX *seal, *open;
    EVP_MAC_CTX *mac;
};

static EVP_MAC_CTX *new_mac(void)
{
    static const uint8_t key[20] = { 4, 5, 6 };
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, "SHA1", 0), OSSL_PARAM_construct_end()
    };
    EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *mac = EVP_MAC_CTX_new(hmac);
    EVP_MAC_free(hmac);
    EVP_MAC_init(mac, key, sizeof key, parameters);
    return mac;
}

void *yard_open(int suite, int key_octets, int mki, int payload, int packets, int keys)
{
    static const uint8_t key[32] = { 1, 2, 3 };
    struct yard *y = calloc(1, sizeof *y);
    const EVP_CIPHER *cipher = suite == SUITE_CM
        ? key_octets == 32 ? EVP_aes_256_ctr() : EVP_aes_128_ctr()
        : key_octets == 32 ? EVP_aes_256_gcm() : EVP_aes_128_gcm();
    (void)mki, (void)keys;
    y->suite = suite;
    y->payload = payload;
    y->packets = packets;
    y->ring = new_ring(payload, packets);
    memset(y->salt, 9, 14);
    y->seal = EVP_CIPHER_CTX_new();
    y->open = EVP_CIPHER_CTX_new();
    EVP_EncryptInit_ex2(y->seal, cipher, key, y->salt, NULL);
    EVP_DecryptInit_ex2(y->open, cipher, key, y->salt, NULL);
    y->mac = new_mac();
    return y;
}

static int seal_gcm(struct yard *y, uint8_t *p)
{
    uint8_t iv[12], *text = p + HEADER;
    int n;
    write_iv(iv, y->salt, p);
    return EVP_EncryptInit_ex2(y->seal, NULL, NULL, iv, NULL) != 1
        || EVP_EncryptUpdate(y->seal, NULL, &n, p, HEADER) != 1
        || EVP_EncryptUpdate(y->seal, text, &n, text, y->payload) != 1
        || EVP_EncryptFinal_ex(y->seal, text + y->payload, &n) != 1
        || EVP_CIPHER_CTX_ctrl(y->seal, EVP_CTRL_AEAD_GET_TAG, TAG, text + y->payload) != 1;
}

static int open_gcm(struct yard *y, uint8_t *p)
{
    uint8_t iv[12], *text = p + HEADER;
    int n;
    write_iv(iv, y->salt, p);
    return EVP_DecryptInit_ex2(y->open, NULL, NULL, iv, NULL) != 1
        || EVP_DecryptUpdate(y->open, NULL, &n, p, HEADER) != 1
        || EVP_DecryptUpdate(y->open, text, &n, text, y->payload) != 1
        || EVP_CIPHER_CTX_ctrl(y->open, EVP_CTRL_AEAD_SET_TAG, TAG, text + y->payload) != 1
        || EVP_DecryptFinal_ex(y->open, text + y->payload, &n) != 1;
}

static int code_of(struct yard *y, const uint8_t *p, uint8_t code[CODE])
{
    static const uint8_t roc[4];
    size_t n;
    return EVP_MAC_init(y->mac, NULL, 0, NULL) != 1
        || EVP_MAC_update(y->mac, p, (size_t)(HEADER + y->payload)) != 1
        || EVP_MAC_update(y->mac, roc, sizeof roc) != 1
        || EVP_MAC_final(y->mac, code, &n, CODE) != 1;
}

static int seal_cm(struct yard *y, uint8_t *p)
{
    uint8_t iv[16], code[CODE], *text = p + HEADER;
    int n;
    write_counter(iv, y->salt, p);
    int failed = EVP_EncryptInit_ex2(y->seal, NULL, NULL, iv, NULL) != 1
        || EVP_EncryptUpdate(y->seal, text, &n, text, y->payload) != 1
        || code_of(y, p, code);
    memcpy(text + y->payload, code, CM_TAG);
    return failed;
}

static int open_cm(struct yard *y, uint8_t *p)
{
    uint8_t iv[16], code[CODE], *text = p + HEADER;
    int n;
    write_counter(iv, y->salt, p);
    return code_of(y, p, code)
        || CRYPTO_memcmp(code, text + y->payload, CM_TAG) != 0
        || EVP_DecryptInit_ex2(y->open, NULL, NULL, iv, NULL) != 1
        || EVP_DecryptUpdate(y->open, text, &n, text, y->payload) != 1;
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
        failed |= y->suite == SUITE_CM ? seal_cm(y, p) : seal_gcm(y, p);
    }
    double middle = now_ns();
    for (int i = 0; i < y->packets; i++) {
        uint8_t *p = y->ring + (size_t)i * stride;
        failed |= y->suite == SUITE_CM ? open_cm(y, p) : open_gcm(y, p);
    }
    *protect_ns = (middle - start) / y->packets;
    *unprotect_ns = (now_ns() - middle) / y->packets;
    return failed;
}

double yard_fan_out(struct yard *y)
{
    (void)y;
    return -1;
}

void yard_close(struct yard *y)
{
    EVP_CIPHER_CTX_free(y->seal);
    EVP_CIPHER_CTX_free(y->open);
    EVP_MAC_CTX_free(y->mac);
    free(y->ring);
    free(y);
}
