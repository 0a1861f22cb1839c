/* The fuzzer's bytes as a Sec-WebSocket-Extensions header: what is accepted must make sense. */
#include "websocket/ws_header.h"
#include "websocket/ws_offer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds) {
        __builtin_trap();
    }
}

static bool is_window(uint8_t bits)
{
    return bits == 0 || (bits >= WS_WINDOW_BITS_MIN && bits <= WS_WINDOW_BITS_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str header = {(const char *)data, size};
    struct ws_deflate_params params = {0};
    struct ws_deflate_params again = {0};
    char answer[WS_OFFER_ANSWER_MAX] = "";
    struct str first = {0};
    size_t len = 0;

    if (ws_header_is_token_list(header, &first)) {
        require(first.len > 0 && first.ptr >= header.ptr);
    }
    if (!ws_offer_accept(header, &ws_default_deflate_options, &params)) {
        require(!params.is_agreed);
        return 0;
    }
    require(params.is_agreed && is_window(params.server_window_bits) &&
            is_window(params.client_window_bits));

    /* An answer is itself an offer, of the same parameters. */
    len = ws_offer_answer(answer, &params);
    require(len < sizeof(answer));
    require(ws_offer_accept((struct str){answer, len}, &ws_default_deflate_options, &again));
    require(again.server_no_context_takeover == params.server_no_context_takeover &&
            again.client_no_context_takeover == params.client_no_context_takeover &&
            again.server_window_bits == params.server_window_bits &&
            again.client_window_bits == params.client_window_bits);
    return 0;
}
