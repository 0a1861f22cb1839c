/*
 * packet.h - Socket.IO's packets as clients of the simulation read them, in their texts.
 */
#ifndef SIM_PACKET_H
#define SIM_PACKET_H

#include "base/str.h"

/* "2/side,17[\"said\",...]": type, namespace, the id of an ack, and the rest. */
struct packet {
    char type;      /* '\0': the text is empty */
    struct str nsp; /* "/" where none is said */
    struct str id;  /* its digits; empty: no answer is wanted, or it is none */
    struct str payload;
};

static inline struct packet packet_read(struct str text)
{
    struct packet packet = {.type = text.len > 0 ? text.ptr[0] : '\0', .nsp = STR("/")};
    struct str rest = str_from_offset(text, text.len > 0 ? 1 : 0);
    size_t digits = 0;

    if (rest.len > 0 && rest.ptr[0] == '/') {
        packet.nsp = (struct str){rest.ptr, str_find(rest, ',')};
        rest = str_from_offset(rest, packet.nsp.len + (packet.nsp.len < rest.len ? 1 : 0));
    }
    while (digits < rest.len && rest.ptr[digits] >= '0' && rest.ptr[digits] <= '9') {
        digits++;
    }
    packet.id = (struct str){rest.ptr, digits};
    packet.payload = str_from_offset(rest, digits);
    return packet;
}

/* The text behind `start`, up to the next quote. .ptr NULL: it is not there. */
static inline struct str packet_text(struct str payload, const char *start)
{
    const char *found =
        payload.len > 0 ? memmem(payload.ptr, payload.len, start, strlen(start)) : NULL;
    struct str text = {NULL, 0};

    if (found != NULL) {
        text = str_from_offset(payload, (size_t)(found - payload.ptr) + strlen(start));
        text.len = str_find(text, '"');
    }
    return text;
}

/* The id in {"sid":"..."}. */
static inline struct str packet_sid(struct str payload)
{
    return packet_text(payload, "{\"sid\":\"");
}

/* The number behind `start`, up to `end`: 7 in ["said",7]. .ptr NULL: it begins otherwise. */
static inline struct str packet_number(struct str payload, const char *start, char end)
{
    struct str number = {NULL, 0};

    if (str_starts_with(payload, str_from(start))) {
        number = str_from_offset(payload, strlen(start));
        number.len = str_find(number, end);
    }
    return number;
}

#endif
