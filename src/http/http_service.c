#include "http/http_conn.h"
#include "http/http_date.h"

const struct http_limits http_default_limits = {
    .max_head = 16 * 1024,
    .max_target = 8 * 1024,
    .max_headers = 100,
    .header_timeout_ms = 60 * 1000,
    .body_timeout_ms = 30 * 1000,
    .body_total_ms = 300 * 1000,
    .body_min_rate = 500,
    .keep_alive_ms = 5 * 1000,
};

void http_service_init(struct http_service *service)
{
    const struct http_limits *limits = service->limits;
    struct deadline_set *set = &service->env->deadlines;

    list_init(&service->conns);
    deadline_queue_init(&service->header_deadlines, set, limits->header_timeout_ms,
                        http_conn_on_header_due, service);
    deadline_queue_init(&service->body_deadlines, set, limits->body_timeout_ms,
                        http_conn_on_body_due, service);
    deadline_queue_init(&service->keep_alive_deadlines, set, limits->keep_alive_ms,
                        http_conn_on_keep_alive_due, service);
    deadline_queue_init(&service->write_deadlines, set, limits->body_timeout_ms,
                        http_conn_on_write_due, service);
    deadline_queue_init(&service->resume_deadlines, set, 0, http_conn_on_resume_due, service);
    service->draining = false;
    service->date_s = 0;
    service->date[0] = '\0';
}

void http_service_deinit(struct http_service *service)
{
    deadline_queue_deinit(&service->header_deadlines);
    deadline_queue_deinit(&service->body_deadlines);
    deadline_queue_deinit(&service->keep_alive_deadlines);
    deadline_queue_deinit(&service->write_deadlines);
    deadline_queue_deinit(&service->resume_deadlines);
}

void http_service_drain(struct http_service *service)
{
    service->draining = true;
    list_each(node, &service->conns) {
        http_conn_drain(container_of(node, struct http_conn, in_service));
    }
}

/* Formatted once a second and not once a response. */
struct str http_service_date(struct http_service *service)
{
    uint64_t now_s = service->env->unix_ms / 1000;

    if (service->date[0] == '\0' || service->date_s != now_s) {
        http_date_format(service->date, now_s);
        service->date_s = now_s;
    }
    return (struct str){service->date, HTTP_DATE_LEN};
}
