// Text that grows, and the little JSON that the pack needs: writing a string, reading a member of an object.

#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  uint8_t *ptr;
  size_t len, room;
} text;

static inline void put(text *to, const void *bytes, size_t len) {
  if (len > to->room - to->len) {
    to->room = to->len + len > 2 * to->room ? to->len + len : 2 * to->room;
    to->ptr = realloc(to->ptr, to->room);
    if (!to->ptr) abort();
  }
  if (len) memcpy(to->ptr + to->len, bytes, len);
  to->len += len;
}

static inline void put_words(text *to, const char *words) { put(to, words, strlen(words)); }

static inline void put_byte(text *to, uint8_t byte) { put(to, &byte, 1); }

// A JSON string with its quotes. The bytes are UTF-8 already: only quote, backslash and control characters are escaped.
static inline void put_json(text *to, const uint8_t *bytes, size_t len) {
  put_byte(to, '"');
  for (size_t i = 0; i < len; i++) {
    if (bytes[i] < 0x20) {
      put_words(to, "\\u00");
      put_byte(to, "0123456789abcdef"[bytes[i] >> 4]);
      put_byte(to, "0123456789abcdef"[bytes[i] & 15]);
    } else {
      if (bytes[i] == '"' || bytes[i] == '\\') put_byte(to, '\\');
      put_byte(to, bytes[i]);
    }
  }
  put_byte(to, '"');
}

static inline void put_utf8(text *to, uint32_t c) {
  if (c < 0x80) {
    put_byte(to, c);
    return;
  }
  int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
  put_byte(to, (0xf0 << (3 - more)) | (c >> (6 * more)));
  while (more--) put_byte(to, 0x80 | ((c >> (6 * more)) & 0x3f));
}

// What is left to read. Every reader returns false where the JSON is not what it looks for, and then `at` means nothing.
typedef struct {
  const uint8_t *at, *end;
} json;

// Skips white space, then takes `byte` if it is there.
static inline bool json_take(json *from, uint8_t byte) {
  while (from->at < from->end && strchr(" \t\r\n", *from->at) && *from->at) from->at++;
  if (from->at == from->end || *from->at != byte) return false;
  from->at++;
  return true;
}

static inline bool json_hex4(json *from, uint32_t *unit) {
  *unit = 0;
  for (int i = 0; i < 4; i++, from->at++) {
    if (from->at == from->end) return false;
    uint8_t c = *from->at, lower = c | 0x20;
    if (c >= '0' && c <= '9') *unit = *unit << 4 | (c - '0');
    else if (lower >= 'a' && lower <= 'f') *unit = *unit << 4 | (lower - 'a' + 10);
    else return false;
  }
  return true;
}

// After `\u`: one code point, of two surrogates if need be. Half a pair becomes the replacement character.
static inline bool json_code_point(json *from, uint32_t *point) {
  uint32_t low;
  if (!json_hex4(from, point)) return false;
  if (*point >= 0xd800 && *point < 0xdc00 && from->end - from->at >= 6 && !memcmp(from->at, "\\u", 2)) {
    json second = {from->at + 2, from->end};
    if (json_hex4(&second, &low) && low >= 0xdc00 && low < 0xe000) {
      *point = 0x10000 + ((*point - 0xd800) << 10) + (low - 0xdc00);
      *from = second;
    }
  }
  if (*point >= 0xd800 && *point < 0xe000) *point = 0xfffd;
  return true;
}

// Appends a JSON string's characters to `to`.
static inline bool json_string(json *from, text *to) {
  if (!json_take(from, '"')) return false;
  while (from->at < from->end) {
    uint8_t c = *from->at++;
    if (c == '"') return true;
    if (c != '\\') {
      put_byte(to, c);
      continue;
    }
    if (from->at == from->end) return false;
    static const char names[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    uint32_t point = c = *from->at++;
    const char *name = c ? strchr(names, c) : NULL;
    if (name) point = meant[name - names];
    else if (c != 'u' || !json_code_point(from, &point)) return false;
    put_utf8(to, point);
  }
  return false;
}

// Skips a value of any kind; the host checked that the brackets match.
static inline bool json_skip(json *from) {
  int depth = 0;
  for (; from->at < from->end; from->at++) {
    uint8_t c = *from->at;
    if (depth == 0 && (c == ',' || c == '}' || c == ']')) return true;
    if (c == '{' || c == '[') depth++;
    if (c == '}' || c == ']') depth--;
    if (c != '"') continue;
    while (++from->at < from->end && *from->at != '"') from->at += *from->at == '\\';
    if (from->at >= from->end) return false;
  }
  return depth == 0;
}

// Leaves `from`, at the start of an object, before the value of the member `name`.
static inline bool json_member(json *from, const char *name) {
  bool found = false;
  if (!json_take(from, '{')) return false;
  do {
    text key = {0};
    bool read = json_string(from, &key) && json_take(from, ':');
    found = read && key.len == strlen(name) && !memcmp(key.ptr, name, key.len);
    free(key.ptr);
    if (!read) return false;
  } while (!found && json_skip(from) && json_take(from, ','));
  return found;
}

#endif
