#include "net/tls.h"

#include "net/loop.h"
#include "world.h"

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <pthread.h>
#include <signal.h>

/* ---- certificates, made anew for each run ---- */

struct files {
    char folder[64];
    char cert[96];
    char key[96];
    char locked_key[96]; /* the same key; the passphrase is "open sesame" */
    char alien_key[96];  /* of another kind */
    char other_key[96];  /* of the same kind, but not the certificate's */
};

static X509 *make_certificate(EVP_PKEY *key)
{
    X509 *cert = X509_new();
    X509_NAME *name = NULL;

    assert_non_null(cert);
    assert_int_equal(X509_set_version(cert, X509_VERSION_3), 1);
    assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(cert), 1), 1);
    assert_non_null(X509_gmtime_adj(X509_getm_notBefore(cert), -3600));
    assert_non_null(X509_gmtime_adj(X509_getm_notAfter(cert), 3600));
    name = X509_get_subject_name(cert);
    assert_int_equal(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                                (const unsigned char *)"localhost", -1, -1, 0),
                     1);
    assert_int_equal(X509_set_issuer_name(cert, name), 1);
    assert_int_equal(X509_set_pubkey(cert, key), 1);
    assert_true(X509_sign(cert, key, EVP_sha256()) > 0);
    return cert;
}

static void write_key(const char *path, EVP_PKEY *key, const char *passphrase)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_int_equal(PEM_write_PKCS8PrivateKey(
                         file, key, passphrase != NULL ? EVP_aes_256_cbc() : NULL, passphrase,
                         passphrase != NULL ? (int)strlen(passphrase) : 0, NULL, NULL),
                     1);
    assert_int_equal(fclose(file), 0);
}

static int make_files(void **state)
{
    struct files *files = mem_calloc(1, sizeof(*files));
    EVP_PKEY *key = EVP_EC_gen("P-256");
    EVP_PKEY *other = EVP_EC_gen("P-256");
    EVP_PKEY *alien = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    X509 *cert = NULL;
    FILE *file = NULL;

    assert_non_null(files);
    (void)snprintf(files->folder, sizeof(files->folder), "%s", "/tmp/tls_test.XXXXXX");
    assert_non_null(mkdtemp(files->folder));
    (void)snprintf(files->cert, sizeof(files->cert), "%s/cert.pem", files->folder);
    (void)snprintf(files->key, sizeof(files->key), "%s/key.pem", files->folder);
    (void)snprintf(files->locked_key, sizeof(files->locked_key), "%s/locked.pem", files->folder);
    (void)snprintf(files->other_key, sizeof(files->other_key), "%s/other.pem", files->folder);
    (void)snprintf(files->alien_key, sizeof(files->alien_key), "%s/alien.pem", files->folder);
    write_key(files->key, key, NULL);
    write_key(files->locked_key, key, "open sesame");
    write_key(files->other_key, other, NULL);
    write_key(files->alien_key, alien, NULL);
    cert = make_certificate(key);
    file = fopen(files->cert, "w");
    assert_non_null(file);
    assert_int_equal(PEM_write_X509(file, cert), 1);
    assert_int_equal(fclose(file), 0);
    X509_free(cert);
    EVP_PKEY_free(key);
    EVP_PKEY_free(other);
    EVP_PKEY_free(alien);
    /* For the clients, whose sockets OpenSSL writes to; the server must not need it. */
    assert_true(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
    *state = files;
    return 0;
}

static int remove_files(void **state)
{
    struct files *files = *state;

    (void)unlink(files->cert);
    (void)unlink(files->key);
    (void)unlink(files->locked_key);
    (void)unlink(files->other_key);
    (void)unlink(files->alien_key);
    (void)rmdir(files->folder);
    mem_free(files);
    return 0;
}

/* ---- a client ---- */

struct client {
    int fd;
    SSL_CTX *context;
    SSL *ssl;
};

struct client_options {
    int version;                  /* 0: what both can best */
    const char *alpn;             /* one name; NULL: "http/1.1" */
    const struct files *identity; /* NULL: shows no certificate */
};

/* Connects, and says whether the handshake was done. */
static bool client_begin(struct client *client, unsigned port, const struct client_options *options)
{
    const char *alpn = options->alpn != NULL ? options->alpn : "http/1.1";
    unsigned char names[32];
    size_t len = strlen(alpn);

    client->fd = client_connect(port);
    client->context = SSL_CTX_new(TLS_client_method());
    must(client->context != NULL);
    /* The old versions exist at security level 0 only; the client would take them. */
    SSL_CTX_set_security_level(client->context, 0);
    if (options->version != 0) {
        must(SSL_CTX_set_min_proto_version(client->context, options->version) == 1);
        must(SSL_CTX_set_max_proto_version(client->context, options->version) == 1);
    }
    if (options->identity != NULL) {
        must(SSL_CTX_use_certificate_chain_file(client->context, options->identity->cert) == 1);
        must(SSL_CTX_use_PrivateKey_file(client->context, options->identity->key,
                                         SSL_FILETYPE_PEM) == 1);
    }
    names[0] = (unsigned char)len;
    memcpy(names + 1, alpn, len);
    must(SSL_CTX_set_alpn_protos(client->context, names, (unsigned)len + 1) == 0);
    client->ssl = SSL_new(client->context);
    must(client->ssl != NULL && SSL_set_fd(client->ssl, client->fd) == 1);
    return SSL_connect(client->ssl) == 1;
}

static void client_finish(struct client *client)
{
    SSL_free(client->ssl);
    SSL_CTX_free(client->context);
    (void)close(client->fd);
}

static void client_say(struct client *client, const char *text)
{
    must(SSL_write(client->ssl, text, (int)strlen(text)) == (int)strlen(text));
}

static void client_hear(struct client *client, const char *text)
{
    char got[64] = "";
    size_t have = 0;

    while (have < strlen(text)) {
        int n = SSL_read(client->ssl, got + have, (int)(strlen(text) - have));

        must(n > 0);
        have += (size_t)n;
    }
    must(strcmp(got, text) == 0);
}

static void world_init_tls(struct world *world, const struct files *files)
{
    world_init(world);
    world->options.tls.cert_file = files->cert;
    world->options.tls.key_file = files->key;
}

/* ---- files ---- */

static void keep_line(void *ctx, enum log_level level, const char *text)
{
    char *line = ctx;

    must(level == LOG_ERROR);
    (void)snprintf(line, 300, "%s", text);
}

static void files_that_do_not_fit_are_refused_with_a_reason(void **state)
{
    const struct files *files = *state;
    char line[300];
    const struct log log = {.level = LOG_ERROR, .write = keep_line, .ctx = line};
    const struct {
        struct net_tls tls;
        const char *why;
    } cases[] = {
        {{.cert_file = files->cert, .key_file = files->other_key}, "mismatch"},
        {{.cert_file = files->cert, .key_file = files->alien_key}, "does not belong"},
        {{.cert_file = "/nowhere.pem", .key_file = files->key},
         "certificate (ssl.cert) /nowhere.pem"},
        {{.cert_file = files->cert, .key_file = "/nowhere.pem"}, "key (ssl.key) /nowhere.pem"},
        {{.cert_file = files->key, .key_file = files->key}, "the certificate"},
        {{.cert_file = files->cert, .key_file = files->locked_key}, "the key"},
        {{.cert_file = files->cert, .key_file = files->locked_key, .passphrase = "guess"},
         "the key"},
        {{.cert_file = files->cert, .key_file = files->key, .ca_file = "/nowhere.pem"},
         "authorities (ssl.ca) /nowhere.pem"},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct net_options options = net_default_options;
        struct net *net = NULL;

        options.log = &log;
        options.tls = cases[i].tls;
        line[0] = '\0';
        assert_int_equal(net_create(&options, &world_events, NULL, &net), SAILS_ETLS);
        if (strstr(line, cases[i].why) == NULL) {
            fail_msg("case %zu says: %s", i, line);
        }
    }
}

static void a_key_with_a_passphrase_is_read(void **state)
{
    const struct files *files = *state;
    struct world world;

    world_init_tls(&world, files);
    world.options.tls.key_file = files->locked_key;
    world.options.tls.passphrase = "open sesame";
    world_start(&world);
    world_stop(&world);
}

/* ---- handshakes ---- */

static void check_secure(struct world *world, struct worker *worker, struct link *link)
{
    char peer[64];

    (void)world;
    (void)worker;
    must(link->secure);
    link->ops->peer(link, peer);
    must(strcmp(peer, "127.0.0.1") == 0);
}

static void what_is_sent_comes_back_in_both_versions(void **state)
{
    static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

    for (size_t i = 0; i < ARRAY_LEN(versions); i++) {
        struct world world;
        struct client client;
        const unsigned char *alpn = NULL;
        unsigned alpn_len = 0;

        world_init_tls(&world, *state);
        world.greet = check_secure;
        world_start(&world);
        assert_true(client_begin(&client, net_port(world.net),
                                 &(struct client_options){.version = versions[i]}));
        SSL_get0_alpn_selected(client.ssl, &alpn, &alpn_len);
        assert_int_equal(alpn_len, 8);
        assert_memory_equal(alpn, "http/1.1", 8);
        client_say(&client, "hello");
        client_hear(&client, "hello");
        /* close_notify from us: on_end there, then theirs. */
        assert_int_equal(SSL_shutdown(client.ssl), 0);
        assert_int_equal(SSL_shutdown(client.ssl), 1);
        client_finish(&client);
        world_wait(&world);
        assert_int_equal(atomic_load(&world.n_ends), 1);
        assert_int_equal(atomic_load(&world.last_err), 0);
        world_stop(&world);
    }
}

static void who_speaks_what_we_do_not_is_refused_and_nobody_hears_of_it(void **state)
{
    static const struct client_options strangers[] = {
        {.version = TLS1_1_VERSION}, {.version = TLS1_VERSION}, {.alpn = "h2"}};
    struct world world;

    world_init_tls(&world, *state);
    world_start(&world);
    for (size_t i = 0; i < ARRAY_LEN(strangers); i++) {
        struct client client;

        assert_false(client_begin(&client, net_port(world.net), &strangers[i]));
        client_finish(&client);
    }
    assert_int_equal(atomic_load(&world.n_links), 0);
    world_stop(&world);
}

static void what_is_no_handshake_is_refused(void **state)
{
    struct world world;
    int fd = -1;
    char answer[7];

    world_init_tls(&world, *state);
    world_start(&world);
    fd = client_connect(net_port(world.net));
    client_send(fd, "GET / HTTP/1.1\r\n\r\n", 18);
    client_expect_end(fd);
    (void)close(fd);
    fd = client_connect(net_port(world.net));
    client_send(fd, "\x16\x03\x01\x00\x05hello", 10);
    client_receive(fd, answer, sizeof(answer)); /* an alert record: RFC 8446 section 6 */
    assert_int_equal(answer[0], 21);
    client_expect_end(fd);
    (void)close(fd);
    fd = client_connect(net_port(world.net));
    assert_int_equal(shutdown(fd, SHUT_WR), 0); /* gives up before it has begun */
    client_expect_end(fd);
    (void)close(fd);
    assert_int_equal(atomic_load(&world.n_links), 0);
    world_stop(&world);
}

static void hurry(struct world *world, struct worker *worker, void *arg)
{
    (void)world;
    (void)arg;
    loop_of(worker)->handshakes.length_ms = 10;
}

static void who_does_not_finish_the_handshake_is_cut(void **state)
{
    struct world world;
    int fd = -1;

    world_init_tls(&world, *state);
    world_start(&world);
    world_do(&world, 0, hurry, NULL);
    fd = client_connect(net_port(world.net));
    client_send(fd, "\x16\x03\x01", 3);
    client_expect_end(fd);
    (void)close(fd);
    world_stop(&world);
}

static void a_stop_does_not_wait_for_handshakes(void **state)
{
    struct world world;
    int fds[5];

    world_init_tls(&world, *state);
    world_start(&world);
    for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
        fds[i] = client_connect(net_port(world.net));
        client_send(fds[i], "\x16\x03\x01", 3);
    }
    net_stop(world.net, 3600 * 1000);
    net_join(world.net);
    for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
        (void)close(fds[i]);
    }
    world_stop(&world);
}

static void clients_show_a_certificate_where_one_is_asked_for(void **state)
{
    const struct files *files = *state;
    struct world world;
    struct client client;
    char c = 0;

    world_init_tls(&world, files);
    world.options.tls.ca_file = files->cert;
    world.options.tls.request_cert = true;
    world_start(&world);
    assert_true(
        client_begin(&client, net_port(world.net), &(struct client_options){.identity = files}));
    client_say(&client, "me");
    client_hear(&client, "me");
    client_finish(&client);
    /* In TLS 1.3 the client learns that it is refused only after its side is done. */
    if (client_begin(&client, net_port(world.net), &(struct client_options){0})) {
        assert_true(SSL_read(client.ssl, &c, 1) <= 0);
    }
    client_finish(&client);
    assert_int_equal(atomic_load(&world.n_links), 1);
    world_stop(&world);
}

static void a_client_cannot_renegotiate(void **state)
{
    struct world world;
    struct client client;
    char c = 0;

    world_init_tls(&world, *state);
    world_start(&world);
    assert_true(client_begin(&client, net_port(world.net),
                             &(struct client_options){.version = TLS1_2_VERSION}));
    assert_int_equal(SSL_renegotiate(client.ssl), 1);
    assert_true(SSL_do_handshake(client.ssl) <= 0 || SSL_read(client.ssl, &c, 1) <= 0);
    client_finish(&client);
    world_stop(&world);
}

static void turn_away(struct world *world, struct worker *worker, struct link *link)
{
    (void)worker;
    link->events = NULL;
    link_abort(link);
    atomic_fetch_sub(&world->n_links, 1); /* nobody will tell that it has closed */
}

static void who_is_turned_away_at_the_door_is_closed(void **state)
{
    struct world world;
    struct client client;
    char c = 0;

    world_init_tls(&world, *state);
    world.greet = turn_away;
    world_start(&world);
    (void)client_begin(&client, net_port(world.net), &(struct client_options){0});
    assert_true(SSL_read(client.ssl, &c, 1) <= 0);
    client_finish(&client);
    world_stop(&world);
}

/* ---- bytes ---- */

struct talker {
    struct client *client;
    const uint8_t *data;
    size_t len;
};

static void *talk(void *arg)
{
    struct talker *talker = arg;
    size_t at = 0;

    while (at < talker->len) {
        size_t n = talker->len - at < 5000 ? talker->len - at : 5000;

        must(SSL_write(talker->client->ssl, talker->data + at, (int)n) == (int)n);
        at += n;
    }
    return NULL;
}

static void many_records_arrive_in_their_order(void **state)
{
    enum {
        LEN = 256 * 1024
    };
    struct world world;
    struct client client;
    uint8_t *sent = mem_alloc(LEN);
    uint8_t *got = mem_alloc(LEN);
    size_t have = 0;

    world_init_tls(&world, *state);
    world_start(&world);
    for (size_t i = 0; i < LEN; i++) {
        sent[i] = (uint8_t)(i * 7 + i / 256);
    }
    assert_true(client_begin(&client, net_port(world.net), &(struct client_options){0}));
    (void)talk(&(struct talker){&client, sent, LEN});
    while (have < LEN) {
        int n = SSL_read(client.ssl, got + have, (int)(LEN - have));

        assert_true(n > 0);
        have += (size_t)n;
    }
    assert_memory_equal(sent, got, LEN);
    client_finish(&client);
    world_stop(&world);
    mem_free(sent);
    mem_free(got);
}

/* Pauses with each chunk, and lets the test resume. */
static void echo_and_pause(struct link *link, struct bytes data)
{
    struct world *world = world_of(link);

    atomic_fetch_add(&world->n_bytes, data.len);
    (void)link_write_copy(link, data);
    link_pause(link, true);
    (void)sem_post(&world->told);
}

static void remember_link(struct world *world, struct worker *worker, struct link *link)
{
    (void)worker;
    world->remembered = link;
}

static void resume(struct world *world, struct worker *worker, void *arg)
{
    (void)worker;
    (void)arg;
    link_pause(world->remembered, false);
}

static void records_wait_while_a_link_is_paused(void **state)
{
    static const struct link_events pausing = {
        .on_data = echo_and_pause, .on_end = end_on_end, .on_close = note_close};
    struct world world;
    struct client client;

    world_init_tls(&world, *state);
    world.behaviour = &pausing;
    world.greet = remember_link;
    world_start(&world);
    assert_true(client_begin(&client, net_port(world.net), &(struct client_options){0}));
    for (int i = 0; i < 10; i++) {
        client_say(&client, "ab"); /* a record each, probably several in one read */
    }
    for (int i = 0; i < 10; i++) {
        world_wait(&world);
        assert_int_equal(atomic_load(&world.n_bytes), 2 * (i + 1));
        client_hear(&client, "ab");
        world_do(&world, 0, resume, NULL);
    }
    client_finish(&client);
    world_wait(&world);
    assert_int_equal(atomic_load(&world.n_ends), 1); /* without close_notify, too */
    world_stop(&world);
}

static void end_link(struct world *world, struct worker *worker, void *arg)
{
    (void)worker;
    (void)arg;
    must(link_write_copy(world->remembered, str_bytes(STR("bye"))) == 0);
    link_end(world->remembered);
    link_end(world->remembered);
    link_pause(world->remembered, true);
    must(link_write_copy(world->remembered, str_bytes(STR("x"))) == SAILS_ECLOSED);
    must(world->remembered->ops->move(world->remembered, 0, (struct bytes){0}) == SAILS_ESTATE);
}

static void an_end_says_close_notify_behind_the_last_words(void **state)
{
    struct world world;
    struct client client;
    char c = 0;

    world_init_tls(&world, *state);
    world.greet = remember_link;
    world_start(&world);
    assert_true(client_begin(&client, net_port(world.net), &(struct client_options){0}));
    client_say(&client, "x");
    client_hear(&client, "x");
    world_do(&world, 0, end_link, NULL);
    client_hear(&client, "bye");
    assert_int_equal(SSL_read(client.ssl, &c, 1), 0);
    assert_int_equal(SSL_get_error(client.ssl, 0), SSL_ERROR_ZERO_RETURN);
    client_finish(&client);
    world_wait(&world);
    assert_int_equal(atomic_load(&world.last_err), 0);
    world_stop(&world);
}

static void a_record_that_was_changed_closes_the_link(void **state)
{
    struct world world;
    struct client client;

    world_init_tls(&world, *state);
    world_start(&world);
    assert_true(client_begin(&client, net_port(world.net), &(struct client_options){0}));
    client_say(&client, "x");
    client_hear(&client, "x");
    client_send(client.fd, "\x17\x03\x03\x00\x20nonsensenonsensenonsensenonsense", 37);
    client_finish(&client);
    world_wait(&world);
    assert_int_equal(atomic_load(&world.last_err), SAILS_ETLS);
    world_stop(&world);
}

/* ---- memory ---- */

static void fail_allocation(struct world *world, struct worker *worker, void *n)
{
    (void)world;
    (void)worker;
    mem_fail_after(*(long *)n);
}

static void ask_failed(struct world *world, struct worker *worker, void *has_failed)
{
    (void)world;
    (void)worker;
    *(int *)has_failed = mem_has_failed();
    mem_fail_after(-1);
}

static void without_memory_a_connection_closes_and_nothing_leaks(void **state)
{
    int has_failed = 1;

    for (long n = 0; has_failed; n++) {
        struct world world;
        struct client client;
        char c = 0;

        assert_true(n < 100);
        world_init_tls(&world, *state);
        world_start(&world);
        world_do(&world, 0, fail_allocation, &n);
        if (client_begin(&client, net_port(world.net), &(struct client_options){0}) &&
            SSL_write(client.ssl, "x", 1) == 1) {
            (void)SSL_read(client.ssl, &c, 1);
        }
        client_finish(&client);
        world_do(&world, 0, ask_failed, &has_failed);
        world_stop(&world);
    }
}

/* ---- moving ---- */

struct traveller {
    struct world *world;
    struct worker *worker;
};

/* As in move_test.c: a '>' moves the connection on, all else comes back. */
static void travel(struct link *link, struct bytes data)
{
    struct traveller *traveller = link->user;
    struct bytes rest = data;

    worker_assert_thread(traveller->worker);
    while (rest.len > 0 && rest.ptr[0] != '>') {
        rest = bytes_from_offset(rest, 1);
    }
    if (rest.len < data.len) {
        must(link_write_copy(link, (struct bytes){data.ptr, data.len - rest.len}) == 0);
    }
    if (rest.len > 0) {
        must(link->ops->move(link, (worker_index(traveller->worker) + 1) % 3,
                             bytes_from_offset(rest, 1)) == 0);
    }
}

static void depart(struct link *link, int err)
{
    struct traveller *traveller = link->user;

    (void)err;
    atomic_fetch_add(&traveller->world->n_closed, 1);
    mem_free(traveller);
}

static const struct link_events travelling = {
    .on_data = travel, .on_end = link_end, .on_close = depart};

static void make_traveller(struct world *world, struct worker *worker, struct link *link)
{
    struct traveller *traveller = mem_alloc(sizeof(*traveller));

    must(traveller != NULL && link->secure);
    *traveller = (struct traveller){world, worker};
    link->events = &travelling;
    link->user = traveller;
}

struct journey {
    struct world *world;
    int version;
};

static void *travel_and_listen(void *arg)
{
    struct journey *journey = arg;
    struct client client;

    must(client_begin(&client, net_port(journey->world->net),
                      &(struct client_options){.version = journey->version}));
    for (int round = 0; round < 100; round++) {
        client_say(&client, ">ab>c");
        client_say(&client, "d>>");
        client_say(&client, "ef");
        client_hear(&client, "abcdef");
    }
    client_finish(&client);
    return NULL;
}

static void connections_keep_their_keys_when_they_move(void **state)
{
    struct world world;
    struct journey journeys[6];
    pthread_t threads[6];

    world_init_tls(&world, *state);
    world.options.workers = 3;
    world.greet = make_traveller;
    world_start(&world);
    for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
        journeys[i] = (struct journey){&world, i % 2 == 0 ? TLS1_2_VERSION : TLS1_3_VERSION};
        assert_int_equal(pthread_create(&threads[i], NULL, travel_and_listen, &journeys[i]), 0);
    }
    for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
        (void)pthread_join(threads[i], NULL);
    }
    world_stop(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_that_do_not_fit_are_refused_with_a_reason),
        cmocka_unit_test(a_key_with_a_passphrase_is_read),
        cmocka_unit_test(what_is_sent_comes_back_in_both_versions),
        cmocka_unit_test(who_speaks_what_we_do_not_is_refused_and_nobody_hears_of_it),
        cmocka_unit_test(what_is_no_handshake_is_refused),
        cmocka_unit_test(who_does_not_finish_the_handshake_is_cut),
        cmocka_unit_test(a_stop_does_not_wait_for_handshakes),
        cmocka_unit_test(clients_show_a_certificate_where_one_is_asked_for),
        cmocka_unit_test(a_client_cannot_renegotiate),
        cmocka_unit_test(who_is_turned_away_at_the_door_is_closed),
        cmocka_unit_test(many_records_arrive_in_their_order),
        cmocka_unit_test(records_wait_while_a_link_is_paused),
        cmocka_unit_test(an_end_says_close_notify_behind_the_last_words),
        cmocka_unit_test(a_record_that_was_changed_closes_the_link),
        cmocka_unit_test(without_memory_a_connection_closes_and_nothing_leaks),
        cmocka_unit_test(connections_keep_their_keys_when_they_move),
    };

    return cmocka_run_group_tests(tests, make_files, remove_files);
}
