/*
 * The case groups 1 to 7, 9 and 10 of the Autobahn test suite (websocket 9), played by a client of
 * our own. The echo server is strict: where Autobahn would also accept less, it does not.
 */
#include "base/mem.h"
#include "unit/websocket/ws_peer.h"

enum {
    LIMIT = 16 * 1024 * 1024
};

static void open_echo(struct peer *p)
{
    struct ws_options options = ws_default_options;

    options.max_message = LIMIT;
    options.max_fragments = 0;
    peer_open(p, &options, NULL);
}

/* One frame of a case. */
struct step {
    unsigned first;
    const char *payload;
    size_t len;
};

#define FRAME(first, text)                                                                         \
    {                                                                                              \
        (first), (text), sizeof(text) - 1                                                          \
    }

enum {
    STEPS_MAX = 9
};

/* A case: frames from the client, and all that it must hear. */
struct scene {
    const char *id;
    struct step steps[STEPS_MAX]; /* those without a payload pointer are not there */
    const char *heard;
};

/* In every segmentation: all at once, each frame at once, and pieces of some sizes. */
static void play(const struct scene *scene)
{
    static const size_t pieces[] = {0, 1, 2, 3, 7};

    for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
        struct buf all = {0};
        struct peer p;

        open_echo(&p);
        p.step = pieces[i];
        for (size_t n = 0; n < STEPS_MAX && scene->steps[n].payload != NULL; n++) {
            const struct step *s = &scene->steps[n];

            peer_add_frame(&all, s->first, s->payload, s->len);
        }
        peer_feed(&p, &all);
        if (strcmp(peer_hear(&p), scene->heard) != 0) {
            fail_msg("%s, pieces of %zu: %s", scene->id, pieces[i], p.heard.ptr);
        }
        peer_deinit(&p);
        assert_int_equal(p.n_closes, 1);
    }
}

static void play_all(const struct scene *scenes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        play(&scenes[i]);
    }
}

/* A message of `len` bytes is echoed; `piece` as TCP might cut it. */
static void assert_echoes(struct peer *p, unsigned opcode, const char *payload, size_t len,
                          size_t piece)
{
    struct peer_frame frame = {0};
    size_t at = 0;

    p->step = piece;
    peer_say_bytes(p, FIN | opcode, payload, len);
    assert_true(peer_next_frame(&p->link->out, &at, &frame));
    assert_int_equal(frame.first, FIN | opcode);
    assert_int_equal(frame.payload.len, len);
    assert_true(len == 0 || memcmp(frame.payload.ptr, payload, len) == 0);
    assert_int_equal(at, p->link->out.len);
    buf_clear(&p->link->out);
}

/* websocket 31: cases 1.1.1 to 1.2.8. */
static void frames_of_all_lengths_are_echoed(void **state)
{
    static const size_t lens[] = {0, 125, 126, 127, 128, 65535, 65536, 65536};
    static char payload[65536];

    (void)state;
    memset(payload, '*', sizeof(payload));
    for (unsigned opcode = TEXT; opcode <= BINARY; opcode++) {
        for (size_t i = 0; i < ARRAY_LEN(lens); i++) {
            struct peer p;

            open_echo(&p);
            assert_echoes(&p, opcode, payload, lens[i], i == ARRAY_LEN(lens) - 1 ? 997 : 0);
            peer_deinit(&p);
        }
    }
}

#define PAYLOAD_126                                                                                \
    "0123456789012345678901234567890123456789012345678901234567890123456789"                       \
    "01234567890123456789012345678901234567890123456789012345"
#define PAYLOAD_125                                                                                \
    "0123456789012345678901234567890123456789012345678901234567890123456789"                       \
    "0123456789012345678901234567890123456789012345678901234"

/* websocket 31: cases 2.1 to 2.11. */
static void pings_and_pongs(void **state)
{
    static const struct scene scenes[] = {
        {"2.1", {FRAME(FIN | PING, "")}, "pong() "},
        {"2.2", {FRAME(FIN | PING, "Hello, world!")}, "pong(Hello, world!) "},
        {"2.3",
         {FRAME(FIN | PING, "\x01\xff\xfe\xfd\xfc\xfb\x02")},
         "pong(\x01\xff\xfe\xfd\xfc\xfb\x02) "},
        {"2.4, 2.6", {FRAME(FIN | PING, PAYLOAD_125)}, "pong(" PAYLOAD_125 ") "},
        {"2.5", {FRAME(FIN | PING, PAYLOAD_126)}, "close(1002) end"},
        {"2.7", {FRAME(FIN | PONG, "")}, ""},
        {"2.8", {FRAME(FIN | PONG, "unsolicited")}, ""},
        {"2.9", {FRAME(FIN | PONG, "unsolicited"), FRAME(FIN | PING, "ping")}, "pong(ping) "},
        {"2.10, 2.11",
         {FRAME(FIN | PING, "0"), FRAME(FIN | PING, "1"), FRAME(FIN | PING, "2"),
          FRAME(FIN | PING, "3"), FRAME(FIN | PING, "4"), FRAME(FIN | PING, "5"),
          FRAME(FIN | PING, "6"), FRAME(FIN | PING, "7"), FRAME(FIN | PING, "8")},
         "pong(0) pong(1) pong(2) pong(3) pong(4) pong(5) pong(6) pong(7) pong(8) "},
    };

    (void)state;
    play_all(scenes, ARRAY_LEN(scenes));
}

/* websocket 31: cases 3.1 to 3.7. */
static void reserved_bits(void **state)
{
    static const struct scene scenes[] = {
        {"3.1", {FRAME(FIN | 0x10 | TEXT, "Hello")}, "close(1002) end"},
        {"3.2",
         {FRAME(FIN | TEXT, "Hello"), FRAME(FIN | 0x20 | TEXT, "Hello"), FRAME(FIN | PING, "")},
         "text(Hello) close(1002) end"},
        {"3.3, 3.4",
         {FRAME(FIN | TEXT, "Hello"), FRAME(FIN | 0x30 | TEXT, "Hello"), FRAME(FIN | PING, "")},
         "text(Hello) close(1002) end"},
        {"3.4",
         {FRAME(FIN | TEXT, "Hello"), FRAME(FIN | 0x40 | TEXT, "Hello"), FRAME(FIN | PING, "")},
         "text(Hello) close(1002) end"},
        {"3.5", {FRAME(FIN | 0x50 | BINARY, "\x01\xff\xfe")}, "close(1002) end"},
        {"3.6", {FRAME(FIN | 0x60 | PING, "Hello")}, "close(1002) end"},
        {"3.7", {FRAME(FIN | 0x70 | CLOSE, "")}, "close(1002) end"},
    };

    (void)state;
    play_all(scenes, ARRAY_LEN(scenes));
}

/* websocket 31: cases 4.1.1 to 4.2.5. */
static void reserved_opcodes(void **state)
{
    static const unsigned opcodes[] = {3, 4, 5, 6, 7, 11, 12, 13, 14, 15};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(opcodes); i++) {
        struct scene alone = {"4.x.1", {{FIN | opcodes[i], "", 0}}, "close(1002) end"};
        struct scene behind_text = {
            "4.x.3",
            {FRAME(FIN | TEXT, "Hello"), {FIN | opcodes[i], "world", 5}, FRAME(FIN | PING, "")},
            "text(Hello) close(1002) end"};

        play(&alone);
        play(&behind_text);
    }
}

/* websocket 31: cases 5.1 to 5.20. */
static void fragmentation(void **state)
{
    static const struct scene scenes[] = {
        {"5.1", {FRAME(PING, "frag"), FRAME(FIN | CONT, "ment")}, "close(1002) end"},
        {"5.2", {FRAME(PONG, "frag"), FRAME(FIN | CONT, "ment")}, "close(1002) end"},
        {"5.3 to 5.5", {FRAME(TEXT, "frag"), FRAME(FIN | CONT, "ment")}, "text(fragment) "},
        {"5.6 to 5.8",
         {FRAME(TEXT, "frag"), FRAME(FIN | PING, "ping"), FRAME(FIN | CONT, "ment")},
         "pong(ping) text(fragment) "},
        {"5.9, 5.10", {FRAME(FIN | CONT, "stray"), FRAME(FIN | TEXT, "Hello")}, "close(1002) end"},
        {"5.11", {FRAME(FIN | CONT, ""), FRAME(FIN | TEXT, "Hello")}, "close(1002) end"},
        {"5.12 to 5.14", {FRAME(CONT, "stray"), FRAME(FIN | TEXT, "Hello")}, "close(1002) end"},
        {"5.15",
         {FRAME(TEXT, "frag"), FRAME(FIN | CONT, "ment"), FRAME(CONT, "stray"),
          FRAME(FIN | TEXT, "Hello")},
         "text(fragment) close(1002) end"},
        {"5.16",
         {FRAME(CONT, "stray"), FRAME(TEXT, "frag"), FRAME(FIN | CONT, "ment"),
          FRAME(CONT, "stray"), FRAME(TEXT, "frag"), FRAME(FIN | CONT, "ment")},
         "close(1002) end"},
        {"5.17",
         {FRAME(FIN | CONT, "stray"), FRAME(TEXT, "frag"), FRAME(FIN | CONT, "ment"),
          FRAME(FIN | CONT, "stray"), FRAME(TEXT, "frag"), FRAME(FIN | CONT, "ment")},
         "close(1002) end"},
        {"5.18", {FRAME(TEXT, "frag"), FRAME(FIN | TEXT, "ment")}, "close(1002) end"},
        {"5.19, 5.20",
         {FRAME(TEXT, "1"), FRAME(CONT, "2"), FRAME(FIN | PING, "first"), FRAME(CONT, "3"),
          FRAME(CONT, "4"), FRAME(FIN | PING, "second"), FRAME(FIN | CONT, "5")},
         "pong(first) pong(second) text(12345) "},
    };

    (void)state;
    play_all(scenes, ARRAY_LEN(scenes));
}

/* websocket 31: cases 5.19 and 5.20: the pongs do not wait for the message. */
static void pongs_come_while_the_message_pauses(void **state)
{
    struct peer p;

    (void)state;
    open_echo(&p);
    peer_say(&p, TEXT, "1");
    peer_say(&p, FIN | PING, "first");
    assert_string_equal(peer_hear(&p), "pong(first) ");
    sim_advance(&p.sim, 1000);
    peer_say(&p, CONT, "2");
    peer_say(&p, FIN | PING, "second");
    assert_string_equal(peer_hear(&p), "pong(second) ");
    peer_say(&p, FIN | CONT, "3");
    assert_string_equal(peer_hear(&p), "text(123) ");
    peer_deinit(&p);
}

#define KOSME "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5"

/* Whole, one frame a byte, and one byte at a time: `text` is echoed, or refused with 1007. */
static void assert_judged(const char *text, size_t len, bool is_valid)
{
    for (int way = 0; way < 3; way++) {
        struct peer p;

        open_echo(&p);
        p.step = way == 2 ? 1 : 0;
        if (way == 1) {
            peer_say(&p, TEXT, "");
            for (size_t i = 0; i < len; i++) {
                peer_say_bytes(&p, CONT, text + i, 1);
            }
            peer_say(&p, FIN | CONT, "");
        } else {
            peer_say_bytes(&p, FIN | TEXT, text, len);
        }
        assert_int_equal(p.n_messages, is_valid);
        if (is_valid) {
            assert_int_equal(p.message.len, len);
            peer_hear(&p);
            assert_false(p.link->ended);
        } else {
            assert_string_equal(peer_hear(&p), "close(1007) end");
        }
        peer_deinit(&p);
    }
}

/* websocket 31: cases 6.1.1 to 6.2.4. */
static void valid_text_is_echoed_however_it_is_fragmented(void **state)
{
    static const struct scene scenes[] = {
        {"6.1.1", {FRAME(FIN | TEXT, "")}, "text() "},
        {"6.1.2", {FRAME(TEXT, ""), FRAME(CONT, ""), FRAME(FIN | CONT, "")}, "text() "},
        {"6.1.3", {FRAME(TEXT, ""), FRAME(CONT, "middle"), FRAME(FIN | CONT, "")}, "text(middle) "},
        {"6.2.1",
         {FRAME(FIN | TEXT, "Hello-\xc2\xb5@\xc3\x9f-UTF-8!!")},
         "text(Hello-\xc2\xb5@\xc3\x9f-UTF-8!!) "},
        {"6.2.2",
         {FRAME(TEXT, "Hello-\xc2\xb5@"), FRAME(FIN | CONT, "\xc3\x9f-UTF-8!!")},
         "text(Hello-\xc2\xb5@\xc3\x9f-UTF-8!!) "},
        {"6.2.4",
         {FRAME(TEXT, "\xce"), FRAME(CONT, "\xba\xe1\xbd"), FRAME(FIN | CONT, "\xb9")},
         "text(\xce\xba\xe1\xbd\xb9) "},
    };

    (void)state;
    play_all(scenes, ARRAY_LEN(scenes));
    assert_judged(KOSME, sizeof(KOSME) - 1, true);
    assert_judged(KOSME "\xed\xa0\x80"
                        "edited",
                  20, false); /* 6.3.1, 6.3.2 */
}

/* websocket 31: cases 6.4.1 to 6.4.4, strictly: before the third part is sent. */
static void invalid_text_is_refused_before_its_third_part(void **state)
{
    static const char *const second[] = {"\xf4\x90\x80\x80", "\xf4\x90"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(second); i++) {
        struct buf frame = {0};
        struct peer p;

        open_echo(&p);
        peer_say(&p, TEXT, KOSME);
        assert_string_equal(peer_hear(&p), "");
        peer_say(&p, CONT, second[i]);
        assert_string_equal(peer_hear(&p), "close(1007) end");
        peer_deinit(&p);

        /* The same in one frame that is sent in three chops. */
        open_echo(&p);
        peer_add_frame(&frame, FIN | TEXT, KOSME "\xf4\x90\x80\x80 edited", 22);
        sim_feed(p.link, frame.ptr, 6 + 12, 0);
        assert_string_equal(peer_hear(&p), "");
        sim_feed(p.link, frame.ptr + 6 + 12, 1, 0);
        assert_string_equal(peer_hear(&p), "close(1007) end");
        buf_deinit(&frame);
        peer_deinit(&p);
    }
}

/* websocket 31: cases 6.5.1 to 6.7.4. */
static void a_prefix_is_text_where_no_code_point_is_cut(void **state)
{
    (void)state;
    for (size_t len = 1; len <= sizeof(KOSME) - 1; len++) {
        assert_judged(KOSME, len, len == 2 || len == 5 || len == 7 || len == 9 || len == 11);
    }
}

/* websocket 31: cases 6.5.1 to 6.11.5, 6.22.1 to 6.23.7. */
static void valid_sequences_are_echoed(void **state)
{
    static const struct step cases[] = {
        FRAME(0, "\x00"), /* 6.7 */
        FRAME(0, "\xc2\x80"),     FRAME(0, "\xe0\xa0\x80"), FRAME(0, "\xf0\x90\x80\x80"),
        FRAME(0, "\x7f"), /* 6.9 */
        FRAME(0, "\xdf\xbf"),     FRAME(0, "\xef\xbf\xbf"), FRAME(0, "\xf4\x8f\xbf\xbf"),
        FRAME(0, "\xed\x9f\xbf"), /* 6.11 */
        FRAME(0, "\xee\x80\x80"), FRAME(0, "\xef\xbf\xbd"),
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_judged(cases[i].payload, cases[i].len, true);
    }
    /* 6.22: U+FFFE, U+FFFF, and the same in all sixteen planes above. */
    for (unsigned plane = 1; plane <= 16; plane++) {
        for (unsigned last = 0xbe; last <= 0xbf; last++) {
            char text[4] = {(char)(0xf0 | plane >> 2), (char)(0x8f | (plane & 3) << 4), (char)0xbf,
                            (char)last};

            assert_judged(text, sizeof(text), true);
        }
    }
    /* 6.23: U+FFF9 to U+FFFF. */
    for (unsigned last = 0xb9; last <= 0xbf; last++) {
        char text[3] = {(char)0xef, (char)0xbf, (char)last};

        assert_judged(text, sizeof(text), true);
    }
}

/* websocket 31: cases 6.8.1 to 6.21.8. */
static void invalid_sequences_are_refused(void **state)
{
    static const struct step cases[] = {
        /* 6.8, 6.10: five and six bytes */
        FRAME(0, "\xf8\x88\x80\x80\x80"),
        FRAME(0, "\xfc\x84\x80\x80\x80\x80"),
        FRAME(0, "\xf7\xbf\xbf\xbf"),
        FRAME(0, "\xfb\xbf\xbf\xbf\xbf"),
        FRAME(0, "\xfd\xbf\xbf\xbf\xbf\xbf"),
        FRAME(0, "\xf4\x90\x80\x80"), /* 6.11.5 */
        /* 6.12: continuation bytes alone */
        FRAME(0, "\x80"),
        FRAME(0, "\xbf"),
        FRAME(0, "\x80\xbf"),
        FRAME(0, "\x80\xbf\x80"),
        FRAME(0, "\x80\xbf\x80\xbf\x80\xbf"),
        /* 6.13: starts alone */
        FRAME(0, "\xc0 \xc1 "),
        FRAME(0, "\xe0 \xe1 "),
        FRAME(0, "\xf0 \xf1 "),
        FRAME(0, "\xf8 \xf9 "),
        FRAME(0, "\xfc \xfd "),
        /* 6.14: the last byte is missing */
        FRAME(0, "\xc0"),
        FRAME(0, "\xe0\x80"),
        FRAME(0, "\xf0\x80\x80"),
        FRAME(0, "\xf8\x80\x80\x80"),
        FRAME(0, "\xfc\x80\x80\x80\x80"),
        FRAME(0, "\xdf"),
        FRAME(0, "\xef\xbf"),
        FRAME(0, "\xf7\xbf\xbf"),
        FRAME(0, "\xfb\xbf\xbf\xbf"),
        FRAME(0, "\xfd\xbf\xbf\xbf\xbf"),
        /* 6.15: all of those behind each other; 6.16: impossible bytes */
        FRAME(0, "\xc0\xe0\x80\xf0\x80\x80\xf8\x80\x80\x80\xdf\xef\xbf"),
        FRAME(0, "\xfe"),
        FRAME(0, "\xff"),
        FRAME(0, "\xfe\xfe\xff\xff"),
        /* 6.17: a slash in forms that are too long */
        FRAME(0, "\xc0\xaf"),
        FRAME(0, "\xe0\x80\xaf"),
        FRAME(0, "\xf0\x80\x80\xaf"),
        FRAME(0, "\xf8\x80\x80\x80\xaf"),
        FRAME(0, "\xfc\x80\x80\x80\x80\xaf"),
        /* 6.18: the longest of them */
        FRAME(0, "\xc1\xbf"),
        FRAME(0, "\xe0\x9f\xbf"),
        FRAME(0, "\xf0\x8f\xbf\xbf"),
        FRAME(0, "\xf8\x87\xbf\xbf\xbf"),
        FRAME(0, "\xfc\x83\xbf\xbf\xbf\xbf"),
        /* 6.19: NUL in forms that are too long */
        FRAME(0, "\xc0\x80"),
        FRAME(0, "\xe0\x80\x80"),
        FRAME(0, "\xf0\x80\x80\x80"),
        FRAME(0, "\xf8\x80\x80\x80\x80"),
        FRAME(0, "\xfc\x80\x80\x80\x80\x80"),
        /* 6.20, 6.21: surrogates */
        FRAME(0, "\xed\xa0\x80"),
        FRAME(0, "\xed\xad\xbf"),
        FRAME(0, "\xed\xae\x80"),
        FRAME(0, "\xed\xaf\xbf"),
        FRAME(0, "\xed\xb0\x80"),
        FRAME(0, "\xed\xbe\x80"),
        FRAME(0, "\xed\xbf\xbf"),
        FRAME(0, "\xed\xa0\x80\xed\xb0\x80"),
        FRAME(0, "\xed\xaf\xbf\xed\xbf\xbf"),
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_judged(cases[i].payload, cases[i].len, false);
    }
}

#define REASON_123                                                                                  \
    "*********************************************************************************************" \
    "******************************"
#define REASON_124 REASON_123 "*"

/* websocket 31: cases 7.1.1 to 7.5.1; the codes of 7.7 to 7.13 are in ws_closing_test.c, all of them. */
static void closing(void **state)
{
    static const struct scene scenes[] = {
        {"7.1.1",
         {FRAME(FIN | TEXT, "Hello"), FRAME(FIN | CLOSE, "\x03\xe8")},
         "text(Hello) close(1000) end"},
        {"7.1.2",
         {FRAME(FIN | CLOSE, "\x03\xe8"), FRAME(FIN | CLOSE, "\x03\xe8")},
         "close(1000) end"},
        {"7.1.3", {FRAME(FIN | CLOSE, "\x03\xe8"), FRAME(FIN | PING, "")}, "close(1000) end"},
        {"7.1.4", {FRAME(FIN | CLOSE, "\x03\xe8"), FRAME(FIN | TEXT, "Hello")}, "close(1000) end"},
        {"7.1.5",
         {FRAME(TEXT, "frag"), FRAME(FIN | CLOSE, "\x03\xe8"), FRAME(FIN | CONT, "ment")},
         "close(1000) end"},
        {"7.3.1", {FRAME(FIN | CLOSE, "")}, "close() end"},
        {"7.3.2", {FRAME(FIN | CLOSE, "a")}, "close(1002) end"},
        {"7.3.3", {FRAME(FIN | CLOSE, "\x03\xe8")}, "close(1000) end"},
        {"7.3.4", {FRAME(FIN | CLOSE, "\x03\xe8Hello")}, "close(1000 Hello) end"},
        {"7.3.5", {FRAME(FIN | CLOSE, "\x03\xe8" REASON_123)}, "close(1000 " REASON_123 ") end"},
        {"7.3.6", {FRAME(FIN | CLOSE, "\x03\xe8" REASON_124)}, "close(1002) end"},
        {"7.5.1", {FRAME(FIN | CLOSE, "\x03\xe8" KOSME "\xed\xa0\x80 edited")}, "close(1007) end"},
    };

    (void)state;
    play_all(scenes, ARRAY_LEN(scenes));
}

/* websocket 31: case 7.1.6. */
static void a_long_text_before_a_close_is_echoed_before_it(void **state)
{
    static char payload[256 * 1024];
    struct buf all = {0};
    struct peer p;

    (void)state;
    memset(payload, 'B', sizeof(payload));
    open_echo(&p);
    peer_add_frame(&all, FIN | TEXT, payload, sizeof(payload));
    peer_add_frame(&all, FIN | TEXT, "Hello", 5);
    peer_add_frame(&all, FIN | CLOSE, "\x03\xe8", 2);
    peer_add_frame(&all, FIN | PING, "", 0);
    peer_feed(&p, &all);
    assert_string_equal(peer_hear(&p), "text(262144 bytes) text(Hello) close(1000) end");
    peer_deinit(&p);
}

/* websocket 31: cases 9.1, 9.2, 9.5, 9.6 and 10.1.1: up to 16 MiB whole, the rest smaller. */
static void large_messages_are_echoed(void **state)
{
    static const struct {
        size_t len;
        size_t piece;
    } cases[] = {
        {65536, 0},     {256 * 1024, 65536}, {1024 * 1024, 65536}, {4 * 1024 * 1024, 65536},
        {LIMIT, 65536}, {256 * 1024, 64},    {1024 * 1024, 2048},  {65536, 1300},
    };
    char *payload = mem_alloc(LIMIT);

    (void)state;
    memset(payload, '*', LIMIT);
    for (unsigned opcode = TEXT; opcode <= BINARY; opcode++) {
        for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
            struct peer p;

            open_echo(&p);
            assert_echoes(&p, opcode, payload, cases[i].len, cases[i].piece);
            peer_deinit(&p);
        }
    }
    mem_free(payload);
}

/* websocket 31: cases 9.3, 9.4: with 64 bytes as many fragments as the suite has. */
static void messages_of_many_fragments_are_echoed(void **state)
{
    static const size_t fragments[] = {64, 256, 1024, 65536, 1024 * 1024};
    size_t len = 4 * 1024 * 1024;
    char *payload = mem_alloc(len);

    (void)state;
    memset(payload, '*', len);
    for (size_t i = 0; i < ARRAY_LEN(fragments); i++) {
        struct buf all = {0};
        struct peer p;

        open_echo(&p);
        p.step = 65536;
        for (size_t at = 0; at < len; at += fragments[i]) {
            bool is_last = at + fragments[i] >= len;

            peer_add_frame(&all, (is_last ? FIN : 0U) | (at == 0 ? TEXT : CONT), payload + at,
                           fragments[i]);
        }
        peer_feed(&p, &all);
        assert_string_equal(peer_hear(&p), "text(4194304 bytes) ");
        assert_memory_equal(p.message.ptr, payload, len);
        peer_deinit(&p);
    }
    mem_free(payload);
}

/* websocket 31: cases 9.7, 9.8. */
static void a_thousand_round_trips(void **state)
{
    static const size_t lens[] = {0, 16, 64, 256, 1024, 4096};
    static char payload[4096];

    (void)state;
    memset(payload, '*', sizeof(payload));
    for (unsigned opcode = TEXT; opcode <= BINARY; opcode++) {
        for (size_t i = 0; i < ARRAY_LEN(lens); i++) {
            struct peer p;

            open_echo(&p);
            for (int n = 0; n < 1000; n++) {
                assert_echoes(&p, opcode, payload, lens[i], 0);
            }
            peer_deinit(&p);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_of_all_lengths_are_echoed),
        cmocka_unit_test(pings_and_pongs),
        cmocka_unit_test(reserved_bits),
        cmocka_unit_test(reserved_opcodes),
        cmocka_unit_test(fragmentation),
        cmocka_unit_test(pongs_come_while_the_message_pauses),
        cmocka_unit_test(valid_text_is_echoed_however_it_is_fragmented),
        cmocka_unit_test(invalid_text_is_refused_before_its_third_part),
        cmocka_unit_test(a_prefix_is_text_where_no_code_point_is_cut),
        cmocka_unit_test(valid_sequences_are_echoed),
        cmocka_unit_test(invalid_sequences_are_refused),
        cmocka_unit_test(closing),
        cmocka_unit_test(a_long_text_before_a_close_is_echoed_before_it),
        cmocka_unit_test(large_messages_are_echoed),
        cmocka_unit_test(messages_of_many_fragments_are_echoed),
        cmocka_unit_test(a_thousand_round_trips),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
