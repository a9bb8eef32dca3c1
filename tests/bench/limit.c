/* The limit: the least work that can answer a list over HTTP on this machine, for the bench to measure against.
 *
 * A thread for each keep-alive connection, a database connection for each thread, a statement prepared once for each
 * shape of request, rows written as JSON straight from SQLite's buffers. No login, no limits, hardly a check: it is a
 * yardstick, not a server.
 *
 *   limit DB PORT [COLUMNS]      COLUMNS: only the first so many wire columns (36)
 *
 *   GET /any/path?recordgroup=|customer=  &start= &end= &called= &caller= &sort= &descending= &limit=
 *
 * SQLite is compiled into this file, without what a list never asks for, so that the compiler sees through to the
 * columns:
 *
 *   cc -O3 -march=native -I DIRECTORY_OF_SQLITE3_C limit.c -o limit -lpthread -lm
 */
#define _GNU_SOURCE
#define SQLITE_API static
#define SQLITE_DEFAULT_MEMSTATUS 0
#define SQLITE_DQS 0
#define SQLITE_ENABLE_STAT4 1
#define SQLITE_LIKE_DOESNT_MATCH_BLOBS
#define SQLITE_MAX_EXPR_DEPTH 0
#define SQLITE_MAX_MMAP_SIZE 0x10000000000
#define SQLITE_OMIT_AUTHORIZATION
#define SQLITE_OMIT_DEPRECATED
#define SQLITE_OMIT_LOAD_EXTENSION
#define SQLITE_OMIT_PROGRESS_CALLBACK
#define SQLITE_OMIT_SHARED_CACHE
#define SQLITE_OMIT_TRACE 1
#define SQLITE_THREADSAFE 2
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused"
#include "sqlite3.c"
#pragma GCC diagnostic pop

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#if defined(__AVX2__)
#include <immintrin.h>
#endif

enum { CHUNK = 128 * 1024, HEADROOM = 256, SLACK = 256, REQUEST = 16 * 1024, LEAD = 32 };

static const char *database;
static int wanted_columns;

/* ---- The wire columns: name, and whether it is text ---- */

typedef struct {
    const char *name;
    bool text;
} WireColumn;

static const WireColumn WIRE[] = {
    {"customer", false},       {"recordgroup", false},  {"uniqueid", true},          {"recordid", true},
    {"callid", true},          {"asteriskid", true},    {"machine", true},           {"start", false},
    {"end", false},            {"talktime", false},     {"totaltime", false},        {"status", true},
    {"stype", true},           {"snumber", true},       {"snumber_name", true},      {"snumber_display", true},
    {"scustomer", false},      {"ctype", true},         {"cnumber", true},           {"cnumber_name", true},
    {"cnumber_display", true}, {"dtype", true},         {"dnumber", true},           {"dnumber_name", true},
    {"dnumber_display", true}, {"dcustomer", false},    {"callerid_internal", true}, {"spresent", false},
    {"complete", false},       {"expires", false},      {"stale", false},            {"mimetype", true},
    {"size", false},           {"path", true},          {"direction", true},         {"hold", false},
};
enum { COLUMNS = sizeof WIRE / sizeof *WIRE };

/* What stands before a value: the quote that ends the last text, the comma, the key, the quote that begins this one.
 * Padded, so that it is copied in one move of fixed size. */
typedef struct {
    char bytes[LEAD];
    int length;
} Lead;

static Lead leads[COLUMNS];
static char pairs[200];

static void prepare_leads(void) {
    for (int i = 0; i < wanted_columns; i++) {
        const char *end = i && WIRE[i - 1].text ? "\"" : "", *begin = WIRE[i].text ? "\"" : "";
        leads[i].length = snprintf(leads[i].bytes, LEAD, "%s%c\"%s\":%s", end, i ? ',' : '{', WIRE[i].name, begin);
    }
    for (int i = 0; i < 100; i++) {
        pairs[2 * i] = (char)('0' + i / 10);
        pairs[2 * i + 1] = (char)('0' + i % 10);
    }
}

/* ---- JSON values; each returns where the next byte goes ---- */

static inline char *put_integer(char *at, int64_t value) {
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    char digits[20];
    int from = sizeof digits;
    if (value < 0) *at++ = '-';
    if (rest < 10) {
        *at = (char)('0' + rest);
        return at + 1;
    }
    while (rest >= 100) {
        from -= 2;
        memcpy(digits + from, pairs + 2 * (rest % 100), 2);
        rest /= 100;
    }
    if (rest >= 10) {
        from -= 2;
        memcpy(digits + from, pairs + 2 * rest, 2);
    } else {
        digits[--from] = (char)('0' + rest);
    }
    int length = (int)sizeof digits - from;
    memcpy(at, digits + from, (size_t)length);
    return at + length;
}

static char *put_escaped(char *at, const unsigned char *text, int length) {
    for (int i = 0; i < length; i++) {
        unsigned char c = text[i];
        if (c >= 0x20 && c != '"' && c != '\\') {
            *at++ = (char)c;
        } else if (c == '"' || c == '\\') {
            *at++ = '\\';
            *at++ = (char)c;
        } else {
            at += sprintf(at, "\\u%04x", c);
        }
    }
    return at;
}

#if defined(__AVX2__)
/* Copies 32 bytes at a time, looking in the same register for one to escape. It may read past the text, but never
 * past the text's page, and write past the end, where there is room. */
static inline char *put_text(char *at, const unsigned char *text, int length) {
    const __m256i quote = _mm256_set1_epi8('"'), slash = _mm256_set1_epi8('\\'), control = _mm256_set1_epi8(0x1f);
    for (int done = 0; done < length; done += 32) {
        int left = length - done;
        bool crosses = ((uintptr_t)(text + done) & 4095) > 4096 - 32;
        if (left < 32 && crosses) return put_escaped(at + done, text + done, left);
        __m256i piece = _mm256_loadu_si256((const __m256i *)(text + done));
        __m256i quotes = _mm256_or_si256(_mm256_cmpeq_epi8(piece, quote), _mm256_cmpeq_epi8(piece, slash));
        __m256i controls = _mm256_cmpeq_epi8(_mm256_min_epu8(piece, control), piece);
        uint32_t found = (uint32_t)_mm256_movemask_epi8(_mm256_or_si256(quotes, controls));
        _mm256_storeu_si256((__m256i *)(at + done), piece);
        if (left < 32) found &= (1u << left) - 1;
        if (__builtin_expect(found != 0, 0)) return put_escaped(at + done, text + done, left);
    }
    return at + length;
}
#else
static inline char *put_text(char *at, const unsigned char *text, int length) {
    for (int i = 0; i < length; i++) {
        bool plain = text[i] >= 0x20 && text[i] != '"' && text[i] != '\\';
        if (__builtin_expect(!plain, 0)) return put_escaped(at, text, length);
    }
    memcpy(at, text, (size_t)length);
    return at + length;
}
#endif

/* ---- The answer: whole with its length where it fits, otherwise in chunks ---- */

#define OK "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

typedef struct {
    int socket;
    bool chunked, broken;
    char *body; /* with HEADROOM before it */
    char *at;
} Answer;

static void send_all(Answer *answer, const char *from, size_t length) {
    while (length && !answer->broken) {
        ssize_t sent = send(answer->socket, from, length, MSG_NOSIGNAL);
        if (sent <= 0) {
            answer->broken = true;
        } else {
            from += sent;
            length -= (size_t)sent;
        }
    }
}

/* Sends the body so far behind `head`, which goes into the headroom, so that it is one system call. */
static void send_body(Answer *answer, const char *head, int length) {
    memcpy(answer->body - length, head, (size_t)length);
    send_all(answer, answer->body - length, (size_t)(answer->at - answer->body + length));
    answer->at = answer->body;
}

static void send_chunk(Answer *answer) {
    char head[HEADROOM];
    const char *first = answer->chunked ? "" : OK "Transfer-Encoding: chunked\r\n\r\n";
    int length = snprintf(head, sizeof head, "%s%zx\r\n", first, (size_t)(answer->at - answer->body));
    answer->chunked = true;
    memcpy(answer->at, "\r\n", 2);
    answer->at += 2;
    send_body(answer, head, length);
}

static void send_rest(Answer *answer) {
    if (answer->chunked) {
        send_chunk(answer);
        send_all(answer, "0\r\n\r\n", 5);
    } else {
        char head[HEADROOM];
        size_t body = (size_t)(answer->at - answer->body);
        send_body(answer, head, snprintf(head, sizeof head, OK "Content-Length: %zu\r\n\r\n", body));
    }
}

static inline char *make_room(Answer *answer, char *at, size_t need) {
    if (__builtin_expect((size_t)(answer->body + CHUNK - at) >= need, 1)) return at;
    answer->at = at;
    if (need > CHUNK) answer->broken = true;
    else send_chunk(answer);
    return answer->body;
}

static inline void put_row(Answer *answer, sqlite3_stmt *statement, bool first) {
    char *at = make_room(answer, answer->at, SLACK);
    if (!first) *at++ = ',';
    for (int i = 0; i < wanted_columns; i++) {
        if (WIRE[i].text) {
            const unsigned char *text = sqlite3_column_text(statement, i);
            int length = sqlite3_column_bytes(statement, i);
            at = make_room(answer, at, 6 * (size_t)length + SLACK);
            if (answer->broken) return;
            memcpy(at, leads[i].bytes, LEAD);
            at = put_text(at + leads[i].length, text, length);
        } else {
            int64_t value = sqlite3_column_int64(statement, i);
            at = make_room(answer, at, SLACK);
            memcpy(at, leads[i].bytes, LEAD);
            at = put_integer(at + leads[i].length, value);
        }
    }
    if (WIRE[wanted_columns - 1].text) *at++ = '"';
    *at++ = '}';
    answer->at = at;
}

static void put_literal(Answer *answer, const char *text) {
    size_t length = strlen(text);
    char *at = make_room(answer, answer->at, length);
    memcpy(at, text, length);
    answer->at = at + length;
}

/* ---- The question ---- */

enum { RECORDGROUP, CUSTOMER, START, END, LIMIT, DESCENDING, NUMBERS };
enum { CALLED, CALLER, SORT, TEXTS };
static const char *const NUMBER_KEYS[NUMBERS] = {"recordgroup", "customer", "start", "end", "limit", "descending"};
static const char *const TEXT_KEYS[TEXTS] = {"called", "caller", "sort"};
static const char *const SORTS[] = {"start", "totaltime", "cnumber", "snumber", "expires"};
enum { SORT_COUNT = sizeof SORTS / sizeof *SORTS, SHAPES = SORT_COUNT * 2 * 2 * 2 * 2 };

typedef struct {
    int64_t number[NUMBERS]; /* -1: absent */
    char text[TEXTS][128];
    int sort;
} Question;

static int hex(char c) { return c <= '9' ? c - '0' : (c | 32) - 'a' + 10; }

static void decode(char *to, size_t room, const char *from, size_t length) {
    size_t n = 0;
    for (size_t i = 0; i < length && n + 1 < room; i++) {
        bool escape = from[i] == '%' && i + 2 < length;
        to[n++] = escape ? (char)(hex(from[i + 1]) * 16 + hex(from[i + 2])) : from[i];
        if (escape) i += 2;
    }
    to[n] = 0;
}

static bool is(const char *key, size_t length, const char *name) {
    return strlen(name) == length && !memcmp(key, name, length);
}

static void take(Question *question, const char *key, size_t key_length, const char *value, size_t length) {
    for (int i = 0; i < NUMBERS; i++) {
        if (is(key, key_length, NUMBER_KEYS[i])) question->number[i] = atoll(value);
    }
    for (int i = 0; i < TEXTS; i++) {
        if (is(key, key_length, TEXT_KEYS[i])) decode(question->text[i], sizeof question->text[i], value, length);
    }
}

/* Reads the query of the request line, `request` up to the first space behind the question mark. */
static void parse(Question *question, const char *request) {
    for (int i = 0; i < NUMBERS; i++) question->number[i] = -1;
    for (int i = 0; i < TEXTS; i++) question->text[i][0] = 0;
    question->sort = 0;
    const char *at = request + strcspn(request, "?\r");
    while (*at == '?' || *at == '&' || *at == ';') {
        const char *key = at + 1;
        size_t key_length = strcspn(key, "=&; \r");
        at = key + key_length;
        if (*at != '=') continue;
        size_t length = strcspn(at + 1, "&; \r");
        take(question, key, key_length, at + 1, length);
        at += 1 + length;
    }
    for (int i = 0; i < SORT_COUNT; i++) {
        if (!strcmp(question->text[SORT], SORTS[i])) question->sort = i;
    }
}

static int shape(const Question *question) {
    int flags = (question->number[RECORDGROUP] >= 0) + 2 * (question->text[CALLED][0] != 0) +
                4 * (question->text[CALLER][0] != 0) + 8 * (question->number[DESCENDING] > 0);
    return question->sort * 16 + flags;
}

/* The scope's own index is named, so that the yardstick stays the same whatever other indexes the file has. */
static void write_sql(const Question *question, char *sql, size_t room) {
    char columns[1024] = "";
    for (int i = 0; i < wanted_columns; i++) {
        size_t used = strlen(columns);
        snprintf(columns + used, sizeof columns - used, "%sr.\"%s\"", i ? "," : "", WIRE[i].name);
    }
    const char *scope = question->number[RECORDGROUP] >= 0 ? "recordgroup" : "customer";
    char rows[512];
    snprintf(rows, sizeof rows,
             "FROM recordings r INDEXED BY recordings_%s_start WHERE r.%s=?1 AND r.start>=?2 AND r.start<=?3%s%s"
             " ORDER BY r.%s%s LIMIT ?4",
             scope, scope, question->text[CALLED][0] ? " AND instr(r.cnumber,?5)>0" : "",
             question->text[CALLER][0] ? " AND instr(r.callerid_internal,?6)>0" : "", SORTS[question->sort],
             question->number[DESCENDING] > 0 ? " DESC" : "");
    if (question->sort == 0) {
        snprintf(sql, room, "SELECT %s %s", columns, rows);
    } else {
        snprintf(sql, room, "SELECT %s FROM (SELECT r.id %s) s CROSS JOIN recordings r ON r.id=s.id", columns, rows);
    }
}

static void bind_question(sqlite3_stmt *statement, const Question *question) {
    bool group = question->number[RECORDGROUP] >= 0;
    sqlite3_bind_int64(statement, 1, question->number[group ? RECORDGROUP : CUSTOMER]);
    sqlite3_bind_int64(statement, 2, question->number[START]);
    sqlite3_bind_int64(statement, 3, question->number[END] >= 0 ? question->number[END] : INT64_MAX);
    sqlite3_bind_int64(statement, 4, question->number[LIMIT] > 0 ? question->number[LIMIT] : -1);
    if (question->text[CALLED][0]) sqlite3_bind_text(statement, 5, question->text[CALLED], -1, SQLITE_STATIC);
    if (question->text[CALLER][0]) sqlite3_bind_text(statement, 6, question->text[CALLER], -1, SQLITE_STATIC);
}

/* ---- A connection ---- */

typedef struct {
    sqlite3 *db;
    sqlite3_stmt *statements[SHAPES];
    Answer answer;
    Question question;
    char request[REQUEST];
    size_t held;
} Client;

static sqlite3_stmt *statement_for(Client *client) {
    sqlite3_stmt **statement = &client->statements[shape(&client->question)];
    if (!*statement) {
        char sql[2048];
        write_sql(&client->question, sql, sizeof sql);
        if (sqlite3_prepare_v3(client->db, sql, -1, SQLITE_PREPARE_PERSISTENT, statement, NULL) != SQLITE_OK) {
            fprintf(stderr, "limit: %s\n  in %s\n", sqlite3_errmsg(client->db), sql);
        }
    }
    return *statement;
}

static bool answer_question(Client *client) {
    Answer *answer = &client->answer;
    sqlite3_stmt *statement = statement_for(client);
    if (!statement) return false;
    bind_question(statement, &client->question);
    answer->at = answer->body;
    answer->chunked = false;
    put_literal(answer, "{\"responses\":[{\"code\":\"200\",\"key\":\"\",\"message\":\"OK\"}],\"data\":[");
    int state;
    for (bool first = true; (state = sqlite3_step(statement)) == SQLITE_ROW && !answer->broken; first = false) {
        put_row(answer, statement, first);
    }
    if (state == SQLITE_DONE) {
        put_literal(answer, "]}");
        send_rest(answer);
    } else if (state != SQLITE_ROW) {
        fprintf(stderr, "limit: %s\n", sqlite3_errmsg(client->db));
    }
    sqlite3_reset(statement);
    return state == SQLITE_DONE && !answer->broken;
}

/* Receives until the request's head is whole; its length, or 0 when the connection is over. */
static size_t receive(Client *client) {
    for (;;) {
        client->request[client->held] = 0;
        const char *end = strstr(client->request, "\r\n\r\n");
        if (end) return (size_t)(end + 4 - client->request);
        if (client->held + 1 >= REQUEST) return 0;
        ssize_t got = recv(client->answer.socket, client->request + client->held, REQUEST - 1 - client->held, 0);
        if (got <= 0) return 0;
        client->held += (size_t)got;
    }
}

static sqlite3 *open_database(void) {
    const char *settings = "PRAGMA mmap_size=1099511627776; PRAGMA cache_size=-262144; PRAGMA temp_store=MEMORY";
    sqlite3 *db;
    int state = sqlite3_open_v2(database, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    sqlite3_busy_timeout(db, 5000);
    if (state != SQLITE_OK || sqlite3_exec(db, settings, NULL, NULL, NULL) != SQLITE_OK) {
        fprintf(stderr, "limit: %s: %s\n", database, sqlite3_errmsg(db));
        sqlite3_close(db);
        return NULL;
    }
    return db;
}

static void *serve(void *socket) {
    Client *client = calloc(1, sizeof *client);
    char *buffer = aligned_alloc(4096, HEADROOM + CHUNK + 4096 - HEADROOM);
    client->answer.socket = (int)(intptr_t)socket;
    client->answer.body = buffer + HEADROOM;
    client->db = open_database();
    if (client->db) {
        size_t length;
        while ((length = receive(client))) {
            parse(&client->question, client->request);
            if (!answer_question(client)) break;
            client->held -= length;
            memmove(client->request, client->request + length, client->held);
        }
        for (int i = 0; i < SHAPES; i++) sqlite3_finalize(client->statements[i]);
    }
    sqlite3_close(client->db);
    close(client->answer.socket);
    free(buffer);
    free(client);
    return NULL;
}

static int listen_on(int port) {
    int listener = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 512)) {
        perror("limit: listen");
        exit(1);
    }
    return listener;
}

int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: limit DB PORT [COLUMNS]\n");
        return 2;
    }
    database = argv[1];
    wanted_columns = argc > 3 ? atoi(argv[3]) : COLUMNS;
    prepare_leads();
    signal(SIGPIPE, SIG_IGN);
    // Stays open, so that no last connection empties the write-ahead log while another one comes.
    sqlite3 *first = open_database();
    if (!first || sqlite3_exec(first, "SELECT count(*) FROM customers", NULL, NULL, NULL) != SQLITE_OK) return 1;
    int listener = listen_on(atoi(argv[2])), yes = 1;
    pthread_attr_t detached;
    pthread_attr_init(&detached);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    for (;;) {
        int socket = accept(listener, NULL, NULL);
        if (socket < 0) continue;
        setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        pthread_t thread;
        if (pthread_create(&thread, &detached, serve, (void *)(intptr_t)socket)) close(socket);
    }
}
