/* Reads messages, each behind its length in four octets, big end first; writes one line for each: what libre's decoder found,
   fields in hexadecimal, or "-" for what it refuses. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <re.h>

static void put(const char *octets, size_t length)
{
    putchar(' ');
    putchar('=');
    for (size_t i = 0; i < length; i++)
        printf("%02x", (unsigned char)octets[i]);
}

static void field(const struct pl *text)
{
    put(text->p ? text->p : "", text->p ? text->l : 0);
}

static void number(uint32_t value)
{
    char text[16];
    put(text, (size_t)snprintf(text, sizeof(text), "%u", value));
}

static bool contact(const struct sip_hdr *header, const struct sip_msg *message, void *argument)
{
    struct sip_addr address;
    (void)message;
    (void)argument;
    if (sip_addr_decode(&address, &header->val))
        printf(" =!");
    else
        field(&address.auri);
    return false;
}

static void decode(uint8_t *octets, uint32_t length)
{
    struct mbuf *buffer = mbuf_alloc(length + 1);
    struct sip_msg *message = NULL;
    mbuf_write_mem(buffer, octets, length);
    buffer->pos = 0;
    if (sip_msg_decode(&message, buffer))
        printf("-");
    else {
        printf("%s", message->req ? "request" : "response");
        if (message->req) {
            field(&message->met);
            field(&message->ruri);
        } else {
            number(message->scode);
            field(&message->reason);
        }
        field(&message->via.sentby);
        field(&message->via.branch);
        field(&message->from.tag);
        field(&message->to.tag);
        field(&message->callid);
        number(message->cseq.num);
        field(&message->cseq.met);
        field(&message->clen);
        sip_msg_hdr_apply(message, true, SIP_HDR_CONTACT, contact, NULL);
    }
    putchar('\n');
    mem_deref(message);
    mem_deref(buffer);
}

int main(void)
{
    unsigned char size[4];
    while (fread(size, 1, 4, stdin) == 4) {
        uint32_t length = (uint32_t)size[0] << 24 | (uint32_t)size[1] << 16 | (uint32_t)size[2] << 8 | size[3];
        uint8_t *octets = malloc(length + 1);
        if (!octets || fread(octets, 1, length, stdin) != length)
            return 1;
        decode(octets, length);
        free(octets);
    }
    return 0;
}
