#include "adapter/python.h"

#include "base/json_value.h"
#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"

#include <sails/err.h>
#include <stdio.h>

static int read_text(const char *text, struct adapter_message *m)
{
    return python_read(str_bytes(str_from(text)), m);
}

static void write_member(struct buf *out, const char *name, json_t *value)
{
    json_t *plain = value != NULL ? adapter_message_without_binary(value) : NULL;

    if (plain != NULL) {
        buf_printf(out, " %s ", name);
        assert_int_equal(json_value_write(out, plain), 0);
    }
    json_decref(plain);
}

/* "3 / rooms [...] data [...]" */
static void describe(const struct adapter_message *m, struct buf *out)
{
    static const char *const kinds[] = {[ADAPTER_BROADCAST] = "broadcast",
                                        [ADAPTER_JOIN] = "join",
                                        [ADAPTER_LEAVE] = "leave",
                                        [ADAPTER_DISCONNECT] = "disconnect"};

    buf_printf(out, "%s %.*s", kinds[m->kind], STR_FMT(m->nsp));
    write_member(out, "rooms", m->rooms);
    write_member(out, "except", m->except);
    write_member(out, "names", m->names);
    write_member(out, "data", m->data);
    buf_append_char(out, '\0');
    assert_int_equal(buf_error(out), 0);
}

#define EMIT "{\"method\":\"emit\",\"event\":\"e\",\"host_id\":\"h\","

static const struct {
    const char *text, *want;
} good[] = {
    /* as 5.18 publishes them */
    {EMIT
     "\"data\":[{\"a\":1}],\"binary\":false,\"namespace\":\"/\",\"room\":null,\"skip_sid\":null,\"callback\":null}",
     "broadcast / data [\"e\",{\"a\":1}]"},
    {EMIT
     "\"data\":[1,null],\"binary\":false,\"namespace\":\"/n\",\"room\":\"r\",\"skip_sid\":\"s\"}",
     "broadcast /n rooms [\"r\"] except [\"s\"] data [\"e\",1,null]"},
    {EMIT "\"data\":[null],\"binary\":false,\"room\":[\"a\",7],\"skip_sid\":[\"s\",\"t\"]}",
     "broadcast / rooms [\"a\",\"7\"] except [\"s\",\"t\"] data [\"e\"]"},
    {EMIT
     "\"data\":[[{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}],\"AQI=\",\"\"],\"binary\":true}",
     "broadcast / data [\"e\",{\"type\":\"Buffer\",\"data\":[1,2]},{\"type\":\"Buffer\",\"data\":[]}]"},
    /* as 5.14 does: one argument as it is */
    {EMIT "\"data\":[1,2],\"namespace\":null,\"room\":5}",
     "broadcast / rooms [\"5\"] data [\"e\",[1,2]]"},
    {EMIT "\"data\":null}", "broadcast / data [\"e\"]"},
    {EMIT "\"data\":\"x\",\"room\":\"r\"}", "broadcast / rooms [\"r\"] data [\"e\",\"x\"]"},
    {"{\"method\":\"disconnect\",\"sid\":\"s\",\"namespace\":\"/\"}", "disconnect / rooms [\"s\"]"},
    {"{\"method\":\"enter_room\",\"sid\":\"s\",\"room\":\"r\",\"namespace\":\"/n\"}",
     "join /n rooms [\"s\"] names [\"r\"]"},
    {"{\"method\":\"leave_room\",\"sid\":\"s\",\"room\":\"r\"}",
     "leave / rooms [\"s\"] names [\"r\"]"},
    {"{\"method\":\"close_room\",\"room\":\"r\"}", "leave / rooms [\"r\"] names [\"r\"]"},
};

static void what_managers_publish_is_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        struct adapter_message m;
        struct buf text = {0};

        if (read_text(good[i].text, &m) != 0) {
            fail_msg("%s", good[i].text);
        }
        describe(&m, &text);
        assert_string_equal(text.ptr, good[i].want);
        adapter_message_deinit(&m);
        buf_deinit(&text);
    }
}

/* Least of all what was meant for one and names nobody: no rooms would be everybody. */
static void what_no_manager_publishes_is_refused(void **state)
{
    static const struct {
        const char *text;
        int want;
    } cases[] = {
        {"", SAILS_EPROTO},
        {"\x80\x04\x95", SAILS_EPROTO}, /* a pickle */
        {"[]", SAILS_EPROTO},
        {"null", SAILS_EPROTO},
        {"{}", SAILS_EPROTO},
        {"{\"method\":5}", SAILS_EPROTO},
        {"{\"method\":\"close\"}", SAILS_EPROTO},
        {"{\"method\":\"emit\"}", SAILS_EPROTO},
        {"{\"method\":\"emit\",\"event\":\"\",\"data\":1}", SAILS_EPROTO},
        {"{\"method\":\"emit\",\"event\":[],\"data\":1}", SAILS_EPROTO},
        {EMIT "\"data\":1,\"namespace\":\"\"}", SAILS_EPROTO},
        {EMIT "\"data\":1,\"namespace\":7}", SAILS_EPROTO},
        {EMIT "\"data\":1,\"room\":{}}", SAILS_EPROTO},
        {EMIT "\"data\":1,\"room\":[null]}", SAILS_EPROTO},
        {EMIT "\"data\":1,\"skip_sid\":true}", SAILS_EPROTO},
        {EMIT "\"data\":1,\"room\":[]}", SAILS_ENOENT},
        {EMIT "\"data\":1,\"binary\":false}", SAILS_EPROTO},
        {EMIT "\"binary\":false}", SAILS_EPROTO},
        {EMIT "\"data\":[],\"binary\":true}", SAILS_EPROTO},
        {EMIT "\"data\":[1],\"binary\":true}", SAILS_EPROTO},
        {EMIT "\"data\":[[],\"?\"],\"binary\":true}", SAILS_EPROTO},
        {EMIT "\"data\":[[],7],\"binary\":true}", SAILS_EPROTO},
        {EMIT "\"data\":[[{\"_placeholder\":true,\"num\":1}],\"AQI=\"],\"binary\":true}",
         SAILS_EPROTO},
        {"{\"method\":\"disconnect\"}", SAILS_EPROTO},
        {"{\"method\":\"disconnect\",\"sid\":null}", SAILS_EPROTO},
        {"{\"method\":\"disconnect\",\"sid\":[]}", SAILS_EPROTO},
        {"{\"method\":\"disconnect\",\"sid\":[\"a\",\"b\"]}", SAILS_EPROTO},
        {"{\"method\":\"enter_room\",\"room\":\"r\"}", SAILS_EPROTO},
        {"{\"method\":\"enter_room\",\"sid\":\"s\"}", SAILS_EPROTO},
        {"{\"method\":\"leave_room\",\"sid\":\"s\",\"room\":{}}", SAILS_EPROTO},
        {"{\"method\":\"close_room\"}", SAILS_EPROTO},
        {"{\"method\":\"close_room\",\"room\":[]}", SAILS_EPROTO},
        {"{\"method\":\"callback\",\"sid\":\"s\",\"id\":1,\"args\":[]}", SAILS_ENOENT},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct adapter_message m;
        int rc = read_text(cases[i].text, &m);

        if (rc != cases[i].want) {
            fail_msg("%s: %s", cases[i].text, sails_err_name(rc));
        }
    }
}

static void a_text_that_is_cut_anywhere_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        for (size_t len = 0; len < strlen(good[i].text); len++) {
            struct adapter_message m;

            assert_int_equal(python_read((struct bytes){(const uint8_t *)good[i].text, len}, &m),
                             SAILS_EPROTO);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_managers_publish_is_read),
        cmocka_unit_test(what_no_manager_publishes_is_refused),
        cmocka_unit_test(a_text_that_is_cut_anywhere_is_refused),
    };

    json_set_alloc_funcs(mem_alloc, mem_free);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
