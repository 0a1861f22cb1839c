/*
 * json_gauge.h - how much memory JSON values take, and took at most.
 *
 * Every allocation of jansson's goes through here, of all threads, from json_gauge_begin() on. Nothing
 * else is measured, so a test's figures are the same in every build.
 */
#ifndef SUPPORT_JSON_GAUGE_H
#define SUPPORT_JSON_GAUGE_H

/* Counts from 0. The values that exist already are not counted, and may be freed. */
void json_gauge_begin(void);

/* Bytes allocated now; at most since the beginning; and how many allocations there were. */
long json_gauge_bytes(void);
long json_gauge_peak(void);
long json_gauge_count(void);

#endif
