/* What every yardstick shares. One packet is a 12-octet RTP header and a payload; the packets of a round lie in one ring,
   a fixed stride apart, and are protected in place, one after the other, then unprotected in place. */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { HEADER = 12, TAG = 16, ROOM = 48, SSRC = 0x0a0b0c0d };
enum { SUITE_GCM = 0, SUITE_CM = 1 };

/* The thread's own time: what other work on the machine takes is not counted. */
static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return t.tv_sec * 1e9 + t.tv_nsec;
}

static size_t stride_of(int payload)
{
    return (size_t)(HEADER + payload + ROOM + 63) & ~(size_t)63;
}

static uint8_t *new_ring(int payload, int packets)
{
    size_t size = stride_of(payload) * (size_t)packets;
    uint8_t *ring = aligned_alloc(64, size);
    memset(ring, 0, size);
    return ring;
}

static void write_header(uint8_t *packet, uint16_t sequence)
{
    static const uint8_t start[HEADER] = { 0x80, 96, 0, 0, 0, 0, 0, 0, 0x0a, 0x0b, 0x0c, 0x0d };
    memcpy(packet, start, HEADER);
    packet[2] = (uint8_t)(sequence >> 8);
    packet[3] = (uint8_t)sequence;
}

static void write_plain(uint8_t *packet, uint16_t sequence, int payload)
{
    write_header(packet, sequence);
    memset(packet + HEADER, sequence, (size_t)payload);
}

/* RFC 7714 8.1 with a ROC of zero. */
static inline void write_iv(uint8_t iv[12], const uint8_t salt[12], const uint8_t *header)
{
    memcpy(iv, salt, 12);
    for (int i = 0; i < 4; i++)
        iv[2 + i] ^= header[8 + i];
    iv[10] ^= header[2];
    iv[11] ^= header[3];
}

/* RFC 3711 4.1.1 with a ROC of zero; the salt's last two octets are zero. */
static inline void write_counter(uint8_t counter[16], const uint8_t salt[16], const uint8_t *header)
{
    memcpy(counter, salt, 16);
    for (int i = 0; i < 4; i++)
        counter[4 + i] ^= header[8 + i];
    counter[12] ^= header[2];
    counter[13] ^= header[3];
}

static inline int tags_differ(const uint8_t *a, const uint8_t *b)
{
    uint64_t x[2], y[2];
    memcpy(x, a, TAG);
    memcpy(y, b, TAG);
    return ((x[0] ^ y[0]) | (x[1] ^ y[1])) != 0;
}

/* Each yardstick exports:
   yard_open     suite (SUITE_GCM, or SUITE_CM: AES-CM with HMAC-SHA1 and 80 bits of tag), key octets (16, 32), MKI octets, payload
                 octets, packets a round, keys of a fan-out or burst (0: none); NULL when it cannot
   yard_round    protects and unprotects a round; ns per packet of both
   yard_fan_out  one packet to every key; ns per receiver
   yard_close
   A negative figure means that the peer refused. */
