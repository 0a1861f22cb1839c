#include "cli/cli_prompt.h"

#include "base/mem.h"
#include "base/str.h"
#include "cli_options.h"

#include <stdio.h>
#include <unistd.h>

#if CLI_HAS_LIBEDIT
#include <histedit.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <wchar.h>
#endif

enum {
    HISTORY_MAX = 1000 /* lines */
};

struct cli_prompt {
    const char *text;
    const char *history_file;
    const char *const *words; /* that TAB completes; ends with NULL */
    char line[65536];         /* where there is no terminal */
#if CLI_HAS_LIBEDIT
    EditLine *editor; /* NULL: no terminal */
    History *history;
    HistEvent event;
    int signals; /* signalfd: SIGINT and SIGTERM end the input */
#endif
};

/* ---- without a terminal, or without libedit ---- */

static const char *read_plain(struct cli_prompt *p)
{
    size_t len = 0;

    if (isatty(STDIN_FILENO)) {
        printf("%s", p->text);
        fflush(stdout);
    }
    if (fgets(p->line, sizeof(p->line), stdin) == NULL) {
        return NULL;
    }
    len = strcspn(p->line, "\r\n");
    p->line[len] = '\0';
    return p->line;
}

#if CLI_HAS_LIBEDIT

/* ---- with both ---- */

static char *show_prompt(EditLine *editor)
{
    void *data = NULL;
    struct cli_prompt *p = NULL;

    (void)el_get(editor, EL_CLIENTDATA, &data);
    p = data;
    return (char *)(uintptr_t)p->text;
}

/* TAB: the word before the cursor, if just one of ours begins so; else what they have in common. */
static unsigned char complete(EditLine *editor, int key)
{
    void *data = NULL;
    const LineInfo *line = el_line(editor);
    const char *start = line->cursor;
    const char *found = NULL;
    size_t n = 0, common = 0;

    (void)key;
    (void)el_get(editor, EL_CLIENTDATA, &data);
    while (start > line->buffer && start[-1] != ' ') {
        start--;
    }
    n = (size_t)(line->cursor - start);
    for (const char *const *w = ((struct cli_prompt *)data)->words; *w != NULL; w++) {
        if (strncmp(*w, start, n) != 0) {
            continue;
        }
        if (found == NULL) {
            common = strlen(*w);
        }
        for (size_t i = 0; found != NULL && i < common; i++) {
            common = found[i] == (*w)[i] ? common : i;
        }
        found = *w;
    }
    if (found == NULL || common <= n) {
        return CC_ERROR;
    }
    char rest[256];

    (void)snprintf(rest, sizeof(rest), "%.*s", (int)(common - n), found + n);
    return el_insertstr(editor, rest) == 0 ? CC_REFRESH : CC_ERROR;
}

/* A character, or the end of the input: that of the file, or of patience. */
static int read_char(EditLine *editor, wchar_t *out)
{
    void *data = NULL;
    mbstate_t state = {0};

    (void)el_get(editor, EL_CLIENTDATA, &data);
    for (;;) {
        struct pollfd fds[] = {{.fd = STDIN_FILENO, .events = POLLIN},
                               {.fd = ((struct cli_prompt *)data)->signals, .events = POLLIN}};
        char byte = 0;
        size_t n = 0;

        if (poll(fds, 2, -1) < 0) {
            continue; /* a signal of somebody else's, such as SIGWINCH */
        }
        if (fds[1].revents != 0 || read(STDIN_FILENO, &byte, 1) != 1) {
            return 0;
        }
        n = mbrtowc(out, &byte, 1, &state);
        if (n == 0 || n == 1) {
            return 1;
        }
        if (n == (size_t)-1) {
            return 0; /* no text of this language */
        }
    }
}

static void open_signals(struct cli_prompt *p)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    (void)sigprocmask(SIG_BLOCK, &set, NULL);
    p->signals = signalfd(-1, &set, SFD_CLOEXEC);
}

static void open_editor(struct cli_prompt *p)
{
    open_signals(p);
    p->history = history_init();
    p->editor = el_init("sails", stdin, stdout, stderr);
    if (p->editor == NULL || p->history == NULL) {
        return;
    }
    (void)history(p->history, &p->event, H_SETSIZE, HISTORY_MAX);
    (void)history(p->history, &p->event, H_SETUNIQUE, 1);
    (void)history(p->history, &p->event, H_LOAD, p->history_file);
    (void)el_set(p->editor, EL_CLIENTDATA, p);
    (void)el_set(p->editor, EL_PROMPT, show_prompt);
    (void)el_set(p->editor, EL_EDITOR, "emacs");
    (void)el_set(p->editor, EL_GETCFN, read_char);
    (void)el_set(p->editor, EL_HIST, history, p->history);
    (void)el_set(p->editor, EL_ADDFN, "sails-complete", "Completes a word", complete);
    (void)el_set(p->editor, EL_BIND, "^I", "sails-complete", NULL);
}

static const char *read_edited(struct cli_prompt *p)
{
    const char *line = NULL;
    size_t len = 0;
    int n = 0;

    /* before the prompt asks: libedit itself would do it behind, and lose a ^D that comes between */
    (void)el_set(p->editor, EL_PREP_TERM, 1);
    line = el_gets(p->editor, &n);
    if (line == NULL || n <= 0) {
        printf("\n");
        return NULL;
    }
    len = strcspn(line, "\r\n");
    (void)snprintf(p->line, sizeof(p->line), "%.*s", (int)len, line);
    if (len > 0) {
        (void)history(p->history, &p->event, H_ENTER, p->line);
    }
    return p->line;
}

static void close_editor(struct cli_prompt *p)
{
    if (p->history != NULL) {
        (void)history(p->history, &p->event, H_SAVE, p->history_file);
        history_end(p->history);
    }
    if (p->editor != NULL) {
        el_end(p->editor);
        (void)close(p->signals);
    }
}

#endif

struct cli_prompt *cli_prompt_open(const char *prompt, const char *history,
                                   const char *const *words)
{
    struct cli_prompt *p = mem_calloc(1, sizeof(*p));

    if (p == NULL) {
        return NULL;
    }
    p->text = prompt;
    p->history_file = history;
    p->words = words;
#if CLI_HAS_LIBEDIT
    if (isatty(STDIN_FILENO)) {
        open_editor(p);
    }
#endif
    return p;
}

const char *cli_prompt_read(struct cli_prompt *prompt)
{
#if CLI_HAS_LIBEDIT
    if (prompt->editor != NULL) {
        return read_edited(prompt);
    }
#endif
    return read_plain(prompt);
}

void cli_prompt_close(struct cli_prompt *prompt)
{
    if (prompt == NULL) {
        return;
    }
#if CLI_HAS_LIBEDIT
    close_editor(prompt);
#endif
    mem_free(prompt);
}
