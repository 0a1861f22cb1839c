#include "zoo.h"

/*
 * Some thousand requests by chance, held against a model of the records and of who hears of which: every socket gets
 * exactly what the model predicts, in that order.
 */

/* ---- chance ---- */

static int below(struct zoo *zoo, int n)
{
    return (int)chance_below(&zoo->chance, (uint64_t)n);
}

static int count_living(const struct zoo *zoo, enum kind kind)
{
    int n = 0;

    for (int id = 1; id <= zoo->n_made[kind]; id++) {
        n += zoo->records[kind][id].lives;
    }
    return n;
}

/* Somebody who lives, seldom somebody who does not. */
static int any(struct zoo *zoo, enum kind kind)
{
    int n = count_living(zoo, kind);
    int skip = n > 0 ? below(zoo, n) : 0;

    if (n == 0 || chance_is(&zoo->chance, 5)) {
        return IDS_MAX - 1;
    }
    for (int id = 1;; id++) {
        if (zoo->records[kind][id].lives && skip-- == 0) {
            return id;
        }
    }
}

/* ---- asking ---- */

static void ask(struct zoo *zoo, const char *verb, const char *url, json_t *data)
{
    json_t *event = json_pack("[s,{s:s,s:o}]", verb, "url", url, "data", data);
    char *text = json_dumps(event, JSON_COMPACT);
    json_t *frame = json_pack("s+", "421", text);

    assert_true(ws_client_send(&zoo->sockets[zoo->actor], json_string_value(frame)));
    json_decref(frame);
    json_decref(event);
    mem_free(text);
}

static void send_about(struct zoo *zoo, const char *verb, enum kind kind, int id, json_t *data)
{
    char url[64];

    snprintf(url, sizeof(url), "/%s/%d", names[kind], id);
    ask(zoo, verb, url, data);
}

/* Whether there is such a record; where not, the answer is 404. */
static bool is_there(struct zoo *zoo, enum kind kind, int id)
{
    bool lives = zoo->records[kind][id].lives;

    zoo->status = lives ? zoo->status : 404;
    return lives;
}

/* ---- requests, and what they should come to ---- */

static void list(struct zoo *zoo)
{
    enum kind kind = (enum kind)below(zoo, 2);
    char url[16];

    snprintf(url, sizeof(url), "/%s", names[kind]);
    ask(zoo, "get", url, json_object());
    zoo->watches[kind][zoo->actor] = true;
    for (int id = 1; id <= zoo->n_made[kind]; id++) {
        if (zoo->records[kind][id].lives) {
            subscribe(zoo, kind, id);
            subscribe_deep(zoo, kind, id);
        }
    }
}

static void look(struct zoo *zoo)
{
    enum kind kind = (enum kind)below(zoo, 2);
    int id = any(zoo, kind);

    send_about(zoo, "get", kind, id, json_object());
    if (is_there(zoo, kind, id)) {
        subscribe(zoo, kind, id);
        subscribe_deep(zoo, kind, id);
    }
}

/* Up to three pets, of which some may be named twice, and the same without those that are nobody. */
static json_t *some_pets(struct zoo *zoo, int pets[3], int *n)
{
    json_t *list = json_array();

    *n = 0;
    for (int i = below(zoo, 4); i > 0; i--) {
        int pet = any(zoo, PET);
        bool is_new = zoo->records[PET][pet].lives;

        for (int j = 0; j < *n; j++) {
            is_new = is_new && pets[j] != pet;
        }
        if (is_new) {
            pets[(*n)++] = pet;
        }
        json_array_append_new(list, json_integer(pet));
    }
    return list;
}

static int compare_ints(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static void create_keeper(struct zoo *zoo)
{
    int name = below(zoo, 1000);
    int id = ++zoo->n_made[KEEPER];
    int pets[3], sorted[3], former[3];
    int n = 0;
    json_t *given = some_pets(zoo, pets, &n);

    ask(zoo, "post", "/keeper", json_pack("{s:i,s:o}", "name", name, "pets", given));
    zoo->records[KEEPER][id] = (struct record){.lives = true, .name = name};
    for (int i = 0; i < n; i++) {
        former[i] = zoo->records[PET][pets[i]].owner;
        zoo->records[PET][pets[i]].owner = id;
    }
    subscribe(zoo, KEEPER, id);
    memcpy(sorted, pets, sizeof(sorted));
    qsort(sorted, (size_t)n, sizeof(int), compare_ints);
    for (int i = 0; i < n; i++) {
        tell_owner(zoo, sorted[i], id);
    }
    tell_created(zoo, KEEPER, id);
    for (int i = 0; i < n; i++) {
        if (former[i] != 0) {
            tell_removed(zoo, former[i], pets[i]);
        }
    }
}

static void create_pet(struct zoo *zoo)
{
    int name = below(zoo, 1000);
    int id = ++zoo->n_made[PET];
    int owner = chance_is(&zoo->chance, 50) ? any(zoo, KEEPER) : 0;

    if (!zoo->records[KEEPER][owner].lives) {
        owner = 0;
    }
    ask(zoo, "post", "/pet",
        json_pack("{s:i,s:o}", "name", name, "owner",
                  owner != 0 ? json_integer(owner) : json_null()));
    zoo->records[PET][id] = (struct record){.lives = true, .name = name, .owner = owner};
    subscribe(zoo, PET, id);
    if (owner != 0) {
        tell_added(zoo, owner, id);
    }
    tell_created(zoo, PET, id);
}

static void create(struct zoo *zoo)
{
    if (chance_is(&zoo->chance, 40)) {
        create_keeper(zoo);
    } else {
        create_pet(zoo);
    }
}

static void tell_updated(struct zoo *zoo, enum kind kind, int id, json_t *data, json_t *previous)
{
    json_object_set_new(data, "id", json_integer(id));
    tell_subscribers(zoo, kind, id,
                     json_pack("{s:s,s:o,s:i,s:o}", "verb", "updated", "data", data, "id", id,
                               "previous", previous));
}

static void rename_keeper(struct zoo *zoo)
{
    int id = any(zoo, KEEPER);
    int name = below(zoo, 1000);
    json_t *previous = NULL;

    send_about(zoo, "patch", KEEPER, id, json_pack("{s:i}", "name", name));
    if (is_there(zoo, KEEPER, id)) {
        previous = populated(zoo, KEEPER, id);
        subscribe(zoo, KEEPER, id);
        zoo->records[KEEPER][id].name = name;
        tell_updated(zoo, KEEPER, id, json_pack("{s:i}", "name", name), previous);
    }
}

static void move_pet(struct zoo *zoo)
{
    int id = any(zoo, PET);
    int owner = any(zoo, KEEPER);
    int former = zoo->records[PET][id].owner;
    json_t *previous = NULL;

    owner = zoo->records[KEEPER][owner].lives ? owner : 0;
    send_about(zoo, "patch", PET, id,
               json_pack("{s:o}", "owner", owner != 0 ? json_integer(owner) : json_null()));
    if (!is_there(zoo, PET, id)) {
        return;
    }
    previous = populated(zoo, PET, id);
    subscribe(zoo, PET, id);
    zoo->records[PET][id].owner = owner;
    if (former != owner && former != 0) {
        tell_removed(zoo, former, id);
    }
    if (former != owner && owner != 0) {
        tell_added(zoo, owner, id);
    }
    tell_updated(zoo, PET, id,
                 json_pack("{s:o}", "owner", owner != 0 ? json_integer(owner) : json_null()),
                 previous);
}

static void update(struct zoo *zoo)
{
    if (chance_is(&zoo->chance, 40)) {
        rename_keeper(zoo);
    } else {
        move_pet(zoo);
    }
}

static void destroy(struct zoo *zoo)
{
    enum kind kind = (enum kind)below(zoo, 2);
    int id = any(zoo, kind);

    send_about(zoo, "delete", kind, id, json_object());
    if (!is_there(zoo, kind, id)) {
        return;
    }
    tell_subscribers(zoo, kind, id,
                     json_pack("{s:s,s:i,s:o}", "verb", "destroyed", "id", id, "previous",
                               populated(zoo, kind, id)));
    memset(zoo->hears[kind][id], 0, sizeof(zoo->hears[kind][id]));
    zoo->records[kind][id].lives = false;
    if (kind == PET && zoo->records[PET][id].owner != 0) {
        tell_removed(zoo, zoo->records[PET][id].owner, id);
    }
    for (int p = 1; kind == KEEPER && p <= zoo->n_made[PET]; p++) {
        if (zoo->records[PET][p].lives && zoo->records[PET][p].owner == id) {
            tell_owner(zoo, p, 0);
            zoo->records[PET][p].owner = 0; /* cascadeOnDestroy */
        }
    }
}

static void send_member(struct zoo *zoo, const char *verb, int keeper, int pet)
{
    char url[64];

    snprintf(url, sizeof(url), "/keeper/%d/pets/%d", keeper, pet);
    ask(zoo, verb, url, json_object());
}

static void add(struct zoo *zoo)
{
    int keeper = any(zoo, KEEPER);
    int pet = any(zoo, PET);
    int former = zoo->records[PET][pet].owner;

    send_member(zoo, "put", keeper, pet);
    if (!is_there(zoo, KEEPER, keeper) || !is_there(zoo, PET, pet)) {
        return;
    }
    subscribe(zoo, KEEPER, keeper);
    tell_added(zoo, keeper, pet);
    subscribe(zoo, PET, pet);
    tell_owner(zoo, pet, keeper);
    if (former != 0 && former != keeper) {
        tell_removed(zoo, former, pet);
    }
    zoo->records[PET][pet].owner = keeper;
}

static void remove_pet(struct zoo *zoo)
{
    int keeper = any(zoo, KEEPER);
    int pet = any(zoo, PET);

    send_member(zoo, "delete", keeper, pet);
    if (!is_there(zoo, KEEPER, keeper) || !is_there(zoo, PET, pet) ||
        zoo->records[PET][pet].owner != keeper) {
        return;
    }
    zoo->records[PET][pet].owner = 0;
    tell_removed(zoo, keeper, pet);
    tell_owner(zoo, pet, 0);
}

static bool has(const int *list, int n, int item)
{
    for (int i = 0; i < n; i++) {
        if (list[i] == item) {
            return true;
        }
    }
    return false;
}

/* The new ones, those who lose one, and the old ones. */
static void tell_replaced(struct zoo *zoo, int keeper, const int *pets, int n)
{
    for (int i = 0; i < n; i++) {
        if (zoo->records[PET][pets[i]].owner != keeper) {
            tell_added(zoo, keeper, pets[i]);
            subscribe(zoo, PET, pets[i]);
            tell_owner(zoo, pets[i], keeper);
        }
    }
    for (int i = 0; i < n; i++) {
        int former = zoo->records[PET][pets[i]].owner;

        if (former != 0 && former != keeper) {
            tell_removed(zoo, former, pets[i]);
        }
    }
    for (int p = 1; p <= zoo->n_made[PET]; p++) {
        if (zoo->records[PET][p].lives && zoo->records[PET][p].owner == keeper &&
            !has(pets, n, p)) {
            tell_removed(zoo, keeper, p);
            tell_owner(zoo, p, 0);
            zoo->records[PET][p].owner = 0;
        }
    }
}

static void replace(struct zoo *zoo)
{
    int keeper = any(zoo, KEEPER);
    int pets[3];
    int n = 0;
    json_t *given = some_pets(zoo, pets, &n);
    char url[64];

    snprintf(url, sizeof(url), "/keeper/%d/pets", keeper);
    ask(zoo, "put", url, given);
    if (!is_there(zoo, KEEPER, keeper)) {
        return;
    }
    subscribe(zoo, KEEPER, keeper);
    tell_replaced(zoo, keeper, pets, n);
    for (int i = 0; i < n; i++) {
        zoo->records[PET][pets[i]].owner = keeper;
    }
}

/* ---- a run ---- */

static void act(struct zoo *zoo)
{
    static void (*const acts[])(struct zoo * zoo) = {list, look,       look,    update, update,
                                                     add,  remove_pet, replace, destroy};
    bool is_crowded =
        count_living(zoo, KEEPER) >= LIVING_MAX || count_living(zoo, PET) >= LIVING_MAX;

    if (is_crowded) {
        destroy(zoo);
    } else if (chance_is(&zoo->chance, 25)) {
        create(zoo);
    } else {
        acts[below(zoo, (int)ARRAY_LEN(acts))](zoo);
    }
}

/* The answer first: whoever hears of it has been told before. */
static void check_answer(struct zoo *zoo)
{
    struct ws_client *actor = &zoo->sockets[zoo->actor];
    char end[32];
    int n = snprintf(end, sizeof(end), ",\"statusCode\":%d}]", zoo->status);

    ws_client_expect_start(actor, "431[");
    if (actor->frame.len < (size_t)n ||
        strcmp(actor->frame.ptr + actor->frame.len - (size_t)n, end) != 0) {
        fail_msg("not %d: %s", zoo->status, actor->frame.ptr);
    }
}

static void check_messages(struct zoo *zoo)
{
    live_settle(&zoo->live);
    for (size_t i = 0; i < SOCKETS; i++) {
        for (size_t j = 0; j < json_array_size(zoo->expected[i]); j++) {
            ws_client_expect(&zoo->sockets[i],
                             json_string_value(json_array_get(zoo->expected[i], j)));
        }
        json_array_clear(zoo->expected[i]);
    }
}

static void zoo_init(struct zoo *zoo, int workers, uint64_t seed)
{
    static const char models[] =
        "{\"migrate\": \"drop\", \"cascadeOnDestroy\": true, \"attributes\":"
        " {\"id\": {\"type\": \"number\", \"autoIncrement\": true}, \"name\": \"number\"}}";

    memset(zoo, 0, sizeof(*zoo));
    chance_init(&zoo->chance, seed);
    live_init(&zoo->live, workers);
    sails_app_set(zoo->live.app, "models", json_loads(models, 0, NULL));
    sails_app_set(zoo->live.app, "datastores",
                  json_pack("{s:{s:s}}", "default", "url", ":memory:"));
    sails_app_model(
        zoo->live.app, "Keeper",
        json_pack("{s:{s:{s:s,s:s}}}", "attributes", "pets", "collection", "pet", "via", "owner"));
    sails_app_model(zoo->live.app, "Pet",
                    json_pack("{s:{s:{s:s}}}", "attributes", "owner", "model", "keeper"));
    live_lift(&zoo->live);
    for (size_t i = 0; i < SOCKETS; i++) {
        ws_client_expect_in(&zoo->sockets[i], zoo->live.port, i % 3 == 0 ? 4 : 5);
        zoo->expected[i] = json_array();
    }
}

static void run(int workers, uint64_t seed)
{
    struct zoo *zoo = mem_alloc(sizeof(*zoo));

    assert_non_null(zoo);
    zoo_init(zoo, workers, seed);
    for (int i = 0; i < REQUESTS; i++) {
        zoo->actor = (size_t)below(zoo, SOCKETS);
        zoo->status = 200;
        act(zoo);
        check_answer(zoo);
        check_messages(zoo);
    }
    for (size_t i = 0; i < SOCKETS; i++) {
        live_expect_nothing(&zoo->sockets[i]);
        json_decref(zoo->expected[i]);
        ws_client_close(&zoo->sockets[i]);
    }
    live_end(&zoo->live);
    mem_free(zoo);
}

/* pubsub-and-blueprints 37 to 61 */
static void everybody_hears_what_the_model_predicts(void **state)
{
    (void)state;
    run(1, 1);
    run(4, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everybody_hears_what_the_model_predicts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
