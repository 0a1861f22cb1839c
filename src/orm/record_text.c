#include "orm/record_text.h"

#include "base/json_value.h"
#include "base/json_write.h"
#include "base/mem.h"
#include "orm/records.h"

#include <math.h>
#include <sails/err.h>

/* ---- one value ---- */

/* Whether a text in its column is the attribute's value. */
static bool is_plain_text(const struct orm_attribute *attribute)
{
    return attribute->type != ORM_JSON && !attribute->encrypt;
}

/* What is as seldom as it is difficult. */
static int write_by_value(struct record_text *text, const struct orm_attribute *attribute,
                          const struct db_value *stored)
{
    json_t *value = NULL;
    int rc = records_read_value(attribute, text->decrypts, stored, &value);

    rc = rc == 0 ? json_value_write(text->out, value) : rc;
    json_decref(value);
    return rc;
}

static int write_text(struct record_text *text, struct str value)
{
    int rc = json_write_string(text->out, value);

    if (rc == SAILS_EJSON) { /* a BLOB: as column_value_read() has it */
        buf_append_str(text->out, STR("null"));
        return buf_error(text->out);
    }
    return rc;
}

/* What has no fraction is written as the integer that it is, which is the same text. */
static void write_real(struct record_text *text, double number)
{
    if (number == trunc(number) && fabs(number) <= 9007199254740992.0) {
        json_write_integer(text->out, (int64_t)number);
    } else {
        json_write_real(text->out, number);
    }
}

static int write_value(struct record_text *text, const struct orm_attribute *attribute,
                       const struct db_value *stored)
{
    if (stored->type == DB_NULL) {
        buf_append_str(text->out, STR("null"));
        return buf_error(text->out);
    }
    if (stored->type == DB_INTEGER && attribute->type != ORM_BOOLEAN && !attribute->encrypt) {
        json_write_integer(text->out, stored->as.integer);
        return buf_error(text->out);
    }
    if (stored->type == DB_REAL && !attribute->encrypt) {
        write_real(text, stored->as.real);
        return buf_error(text->out);
    }
    if ((stored->type == DB_TEXT || stored->type == DB_BYTES) && is_plain_text(attribute)) {
        return write_text(text, stored->as.text);
    }
    return write_by_value(text, attribute, stored);
}

/* ---- one row ---- */

/* The columns of a statement, as every record begins them: {"id": and ,"name": and so on. */
struct columns {
    struct record_text *text;
    struct buf heads;
    size_t n;
    struct column {
        const struct orm_attribute *attribute;
        size_t end; /* of its head, in `heads` */
    } * list;
};

static int init_columns(struct columns *columns, struct record_text *text)
{
    const struct orm_model *model = text->criteria->model;
    int rc = 0;

    *columns = (struct columns){.text = text};
    columns->list = mem_alloc((model->n_columns + 1) * sizeof(*columns->list));
    if (columns->list == NULL) {
        return SAILS_ENOMEM;
    }
    for (unsigned i = 0; i < model->n_columns && rc == 0; i++) {
        if (sql_is_selected(text->criteria, model->columns[i])) {
            buf_append_char(&columns->heads, columns->n == 0 ? '{' : ',');
            rc = json_write_string(&columns->heads, model->columns[i]->name);
            buf_append_char(&columns->heads, ':');
            columns->list[columns->n++] = (struct column){model->columns[i], columns->heads.len};
        }
    }
    return rc == 0 ? buf_error(&columns->heads) : rc;
}

static void deinit_columns(struct columns *columns)
{
    buf_deinit(&columns->heads);
    mem_free(columns->list);
}

static int write_row(struct db_statement *statement, const struct db_adapter *adapter, void *ctx)
{
    struct columns *columns = ctx;
    struct record_text *text = columns->text;
    size_t from = 0;
    int rc = 0;

    if (text->n++ > 0) {
        buf_append_char(text->out, ',');
    }
    if (columns->n == 0) {
        buf_append_char(text->out, '{');
    }
    for (size_t i = 0; i < columns->n && rc == 0; i++) {
        const struct column *column = &columns->list[i];
        struct db_value stored = {.type = DB_NULL};

        buf_append(text->out, columns->heads.ptr + from, column->end - from);
        from = column->end;
        adapter->column(statement, i, &stored);
        rc = write_value(text, column->attribute, &stored);
    }
    buf_append_char(text->out, '}');
    return rc == 0 ? buf_error(text->out) : rc;
}

int record_text_query(struct sails_db *db, struct record_text *text)
{
    struct columns columns;
    int rc = init_columns(&columns, text);

    rc = rc == 0 ? records_run(db, text->criteria->model, write_row, &columns)
                 : orm_error_set_no_memory(&db->error);
    deinit_columns(&columns);
    return rc;
}
