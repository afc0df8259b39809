/* OpenSSL's EVP interface with its contexts kept: initialisation vector, header as associated data, payload, tag. */
#include "yardstick.h"
#include <openssl/evp.h>

struct yard {
    int payload, packets;
    uint16_t sequence;
    uint8_t *ring, salt[12];
    EVP_CIPHER_CTX *seal, *open;
};

void *yard_open(int key_octets, int mki, int payload, int packets, int keys)
{
    static const uint8_t key[32] = { 1, 2, 3 };
    struct yard *y = calloc(1, sizeof *y);
    const EVP_CIPHER *cipher = key_octets == 32 ? EVP_aes_256_gcm() : EVP_aes_128_gcm();
    (void)mki, (void)keys;
    y->payload = payload;
    y->packets = packets;
    y->ring = new_ring(payload, packets);
    memset(y->salt, 9, sizeof y->salt);
    y->seal = EVP_CIPHER_CTX_new();
    y->open = EVP_CIPHER_CTX_new();
    EVP_EncryptInit_ex2(y->seal, cipher, key, y->salt, NULL);
    EVP_DecryptInit_ex2(y->open, cipher, key, y->salt, NULL);
    return y;
}

int yard_round(struct yard *y, double *protect_ns, double *unprotect_ns)
{
    size_t stride = stride_of(y->payload);
    int n, failed = 0;
    uint8_t iv[12];
    for (int i = 0; i < y->packets; i++)
        write_plain(y->ring + (size_t)i * stride, y->sequence++, y->payload);
    double start = now_ns();
    for (int i = 0; i < y->packets; i++) {
        uint8_t *p = y->ring + (size_t)i * stride, *text = p + HEADER;
        write_iv(iv, y->salt, p);
        failed |= EVP_EncryptInit_ex2(y->seal, NULL, NULL, iv, NULL) != 1
            || EVP_EncryptUpdate(y->seal, NULL, &n, p, HEADER) != 1
            || EVP_EncryptUpdate(y->seal, text, &n, text, y->payload) != 1
            || EVP_EncryptFinal_ex(y->seal, text + y->payload, &n) != 1
            || EVP_CIPHER_CTX_ctrl(y->seal, EVP_CTRL_AEAD_GET_TAG, TAG, text + y->payload) != 1;
    }
    double middle = now_ns();
    for (int i = 0; i < y->packets; i++) {
        uint8_t *p = y->ring + (size_t)i * stride, *text = p + HEADER;
        write_iv(iv, y->salt, p);
        failed |= EVP_DecryptInit_ex2(y->open, NULL, NULL, iv, NULL) != 1
            || EVP_DecryptUpdate(y->open, NULL, &n, p, HEADER) != 1
            || EVP_DecryptUpdate(y->open, text, &n, text, y->payload) != 1
            || EVP_CIPHER_CTX_ctrl(y->open, EVP_CTRL_AEAD_SET_TAG, TAG, text + y->payload) != 1
            || EVP_DecryptFinal_ex(y->open, text + y->payload, &n) != 1;
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
    free(y->ring);
    free(y);
}
