/*
 * text_rule.h - is this text an e-mail address, a URL, ...?
 *
 * Purpose    The rules of Sails' validations that look at text alone (waterline 2). They are as pragmatic
 *            as there: they catch mistakes, and do not prove that mail arrives.
 * Ownership  None.
 * Threads    Any.
 * Floor      schema; uses base.
 *
 * Each takes time in proportion to the text.
 */
#ifndef SCHEMA_TEXT_RULE_H
#define SCHEMA_TEXT_RULE_H

#include "base/str.h"

/* "a+b@c.co"; a domain needs a dot. */
bool text_rule_is_email(struct str text);

/* http, https, ftp, or without a scheme; a host with a dot, "localhost", or an address. */
bool text_rule_is_url(struct str text);

/* IPv4, or IPv6 with or without a zone. */
bool text_rule_is_ip(struct str text);

/* Of versions 1 to 8, nil and max. */
bool text_rule_is_uuid(struct str text);

/* "#fff", "a0b1c2", with an opacity "#fff8" and "a0b1c280". */
bool text_rule_is_hex_color(struct str text);

/* 12 to 19 digits with blanks and dashes between them, whose check digit is right. */
bool text_rule_is_credit_card(struct str text);

#endif
