// Made from openapi.yaml by: DRAGOMAN_REGENERATE=1 swift test -c release --disable-testable-imports --filter OpenAPITests
// A resource bundle would be a second file beside the binary.

/// The contract, in the binary.
package enum OpenAPIDocument {
  /// The text of openapi.yaml.
  package static let text = #"""
    openapi: 3.1.0
    info:
      title: Dragoman
      version: 0.1.0
      summary: Translation and summaries on your own machine; translation compatible with LibreTranslate.
      description: |
        `POST /translate` translates, `POST /summarize` summarizes; both take JSON or a form.

        Every answer is `application/json` unless its operation says otherwise, and every error is
        `{"error": "one sentence"}`, also 404, 405, 413, 431 and malformed HTTP.
        Every answer carries `X-Content-Type-Options: nosniff` and the CORS fields that let a page of any origin call, or of
        those that `--cors-origins` names; `OPTIONS` on any path answers 204. `HEAD` is `GET` without the body. Answers carry
        `X-Request-Id`, the name of the request in the server's log: the request's own where it has one of 1 to 128 of
        `A-Z a-z 0-9 . _ ~ + / = : -`. A request with a valid `traceparent` (W3C Trace Context, level 1) is answered with one of
        the same trace and a span of this server's; `tracestate` is not sent back.

        Bodies may be compressed: `Content-Encoding: gzip` or `deflate`. Decompressed they count against the same limit, and above
        2 MiB they may be at most 100 times what was sent. Answers of text from 1,400 bytes on are compressed with gzip for
        clients that say `Accept-Encoding: gzip`; streams are not.

        JSON is RFC 8259 to the letter: UTF-8 without a byte order mark, no trailing comma, at most 64 levels deep, numbers of
        at most 64 characters, names of at most 1,024 bytes, no lone surrogates, and no name twice in the outermost object.
        Fields that are not described here are ignored. An optional field that is null counts as absent.

        Where the server has keys (`--api-keys`), `/translate` and `/summarize` need one; it may come as
        `Authorization: Bearer KEY`, as `Authorization: DeepL-Auth-Key KEY`, or as `api_key` in query, form or JSON. The first
        of these that is there counts. Without keys whatever a client sends is ignored. 401 is never answered.
      license:
        name: Apache-2.0
        identifier: Apache-2.0
    servers:
      - url: http://127.0.0.1:8080
        description: the default of `dragoman serve`
    tags:
      - name: translation
      - name: summaries
      - name: operations
    paths:
      /translate:
        post:
          tags: [translation]
          operationId: translate
          security: [{}, {bearer: []}, {deepl: []}, {query: []}]
          summary: Translates a text, or several texts in one direction.
          description: |
            Takes JSON, or form fields in body and query (where both have a name, the query's counts; a repeated `q` is an
            array). A body that begins with `{` is read as JSON whatever its Content-Type says, so `curl -d '{…}'` works.
            Checks are made in LibreTranslate's order and worded as LibreTranslate words them.

            Nothing is cut off silently: a long text is split at sentences and clauses, white space between sentences comes
            back exactly, and what a limit ended is flagged `truncated`. `source` equal to `target` gives `q` back unchanged.
            When the client closes the connection, or its half of it, the work is cancelled.

            A client whose Accept names `text/event-stream`, and gives it no less weight than `application/json`, gets the
            segments while the rest is being translated (of two equal weights the type that is named first counts; a
            wildcard names none). Then every segment is an event `segment`, in order, and the last event is `done`, whose
            data are the answer without a stream, or `error`. What is wrong before the first event is answered with its
            status as without a stream; where there is no event within 10 seconds the answer begins without one, and later
            errors are events. Comments stand in for events that do not come for 15 seconds.
          requestBody:
            required: false
            content:
              application/json:
                schema: {$ref: '#/components/schemas/TranslateRequest'}
                examples:
                  text: {value: {q: 'Good morning.', source: en, target: de}}
                  array: {value: {q: ['Good morning.', 'How are you?'], source: en, target: es}}
                  details: {value: {q: 'Good morning.', source: en, target: fr, details: true}}
              application/x-www-form-urlencoded:
                schema: {$ref: '#/components/schemas/TranslateRequest'}
          responses:
            '200':
              description: The translation.
              content:
                application/json:
                  schema: {$ref: '#/components/schemas/TranslateResponse'}
                  examples:
                    text: {value: {translatedText: 'Guten Morgen.'}}
                    array: {value: {translatedText: ['Buenos días.', '¿Cómo estás?']}}
                    alternatives: {value: {translatedText: 'Bonjour.', alternatives: ['Bon jour.', 'Salut.']}}
                    details:
                      value:
                        translatedText: 'Bonjour.'
                        details:
                          - source: 'Good morning.'
                            target: 'Bonjour.'
                            source_offsets: [0, 13]
                            score: -0.21
                            flags: []
                            alignment: [[5, 13, 0, 8, 0.91]]
                        model: en-x
                        timings: {queue_ms: 0.041, inference_ms: 11.302, total_ms: 11.533}
                text/event-stream:
                  schema:
                    type: string
                    description: >-
                      Server-sent events (WHATWG HTML §9.2). Data of `segment`: SegmentEvent. Data of `done`: TranslateResponse.
                      Data of `error`: Error.
                  examples:
                    text:
                      value: |+
                        event: segment
                        data: {"index":0,"item":0,"source":"Good morning.","target":"Guten Morgen.","source_offsets":[0,13],"score":-0.21,"flags":[]}

                        event: done
                        data: {"translatedText":"Guten Morgen."}

            '400':
              description: Something about the request is wrong, or not supported yet.
              content:
                application/json:
                  schema: {$ref: '#/components/schemas/Error'}
                  examples:
                    key: {value: {error: 'Please contact the server operator to get an API key'}}
                    missing: {value: {error: 'Invalid request: missing q parameter'}}
                    alternatives: {value: {error: 'Invalid request: alternatives parameter is not a number'}}
                    tooMany: {value: {error: 'Invalid request: alternatives parameter must be <= 31'}}
                    value: {value: {error: 'Invalid request: max_new_tokens parameter must be an integer of at least 1'}}
                    element: {value: {error: 'Invalid request: q parameter must be an array of strings only; element 3 is none'}}
                    tooLong: {value: {error: 'Invalid request: request (500001) exceeds text limit (500000)'}}
                    language: {value: {error: 'zz is not supported'}}
                    format: {value: {error: 'xml format is not supported'}}
                    pair: {value: {error: 'French (fr) is not available as a target language from German (de)'}}
                    notYet: {value: {error: 'source auto is not supported yet'}}
                    json:
                      value: {error: 'Invalid JSON format', detail: 'at byte 12: a name in double quotes is expected'}
                    form:
                      value:
                        error: 'Malformed form data: pair 1 has an incomplete % escape, a NUL or bytes that are not UTF-8'
            '403': {$ref: '#/components/responses/InvalidKey'}
            '415': {$ref: '#/components/responses/UnsupportedMedia'}
            '429': {$ref: '#/components/responses/SlowDown'}
            '500': {$ref: '#/components/responses/Failed'}
            '503': {$ref: '#/components/responses/Unavailable'}
            '504': {$ref: '#/components/responses/Late'}
            default: {$ref: '#/components/responses/Refused'}
      /summarize:
        post:
          tags: [summaries]
          operationId: summarize
          security: [{}, {bearer: []}, {deepl: []}, {query: []}]
          summary: Summarizes a text, with a model's words or with the text's own sentences.
          description: |
            Takes JSON, or form fields in body and query, like `/translate`.

            The whole text is read, however long it is: it is cut at sentences into parts that a model can read, and the
            parts' summaries are summarized again; `coverage` counts what was read. Method `auto` lets a model write where
            the text suits it and what it wrote passes every check; else sentences of the text are chosen, unchanged.
            `method_used` and `reason` say which of both and why. With `auto` no summary has a number that the text lacks,
            in any language.

            `length`, `max_sentences` and `max_tokens` exclude each other; without any of them the length is medium. A
            text that is too short for what was asked for comes back in its own sentences: nothing is invented to fill up.
            When the client closes the connection, or its half of it, the work is cancelled.

            A client whose Accept asks for `text/event-stream`, as with `/translate`, gets events `progress` while the work
            goes on (the first of a phase, then at most ten a second), then an event `segment` for each sentence, then
            `done`, whose data are the answer without a stream, or `error`. The sentences come at the end, because a
            summary is only known as a whole.
          requestBody:
            required: false
            content:
              application/json:
                schema: {$ref: '#/components/schemas/SummarizeRequest'}
                examples:
                  short: {value: {q: 'The river rose by two metres. Nobody was hurt. Schools stay shut.', length: short}}
                  sentences: {value: {q: 'The river rose by two metres. Nobody was hurt.', max_sentences: 1, method: extractive}}
                  focus:
                    value: {q: 'The river rose by two metres. Schools stay shut.', query: schools, language: en, target: de}
                  details: {value: {q: 'The river rose by two metres. Nobody was hurt.', length: short, details: true}}
              application/x-www-form-urlencoded:
                schema: {$ref: '#/components/schemas/SummarizeRequest'}
          responses:
            '200':
              description: The summary.
              content:
                application/json:
                  schema: {$ref: '#/components/schemas/SummarizeResponse'}
                  examples:
                    short:
                      value:
                        summary: 'The river rose by two metres.'
                        sentences:
                          - {text: 'The river rose by two metres.', source_offsets: [[0, 29]], score: 0.62}
                        coverage: {chunks: 1, source_sentences: 3, covered_sentences: 3}
                        method_used: extractive
                        reason: no model writes summaries of texts in en
                        flags: []
                        model: null
                    details:
                      value:
                        summary: 'The river rose two metres.'
                        sentences:
                          - text: 'The river rose two metres.'
                            source_offsets: [[0, 29]]
                            score: -0.35
                            attention:
                              - {source_offsets: [0, 29], weight: 0.84}
                              - {source_offsets: [30, 46], weight: 0.16}
                            argmax: [0, 29]
                        coverage: {chunks: 1, source_sentences: 2, covered_sentences: 2}
                        method_used: abstractive
                        reason: 'the text suits summarizer, and what it wrote passed every check'
                        flags: []
                        model: summarizer
                text/event-stream:
                  schema:
                    type: string
                    description: >-
                      Server-sent events (WHATWG HTML §9.2). Data of `progress`: ProgressEvent. Data of `segment`:
                      SentenceEvent. Data of `done`: SummarizeResponse. Data of `error`: Error.
                  examples:
                    short:
                      value: |+
                        event: progress
                        data: {"phase":"reading","done":1,"total":1}

                        event: segment
                        data: {"index":0,"text":"The river rose by two metres.","source_offsets":[[0,29]],"score":0.62}

                        event: done
                        data: {"summary":"The river rose by two metres.","sentences":[{"text":"The river rose by two metres.","source_offsets":[[0,29]],"score":0.62}],"coverage":{"chunks":1,"source_sentences":3,"covered_sentences":3},"method_used":"extractive","reason":"no model writes summaries of texts in en","flags":[],"model":null}

            '400':
              description: Something about the request is wrong, or not supported yet.
              content:
                application/json:
                  schema: {$ref: '#/components/schemas/Error'}
                  examples:
                    key: {value: {error: 'Please contact the server operator to get an API key'}}
                    missing: {value: {error: 'Invalid request: missing q parameter'}}
                    array: {value: {error: 'Invalid request: q parameter must be a string'}}
                    blank: {value: {error: 'Invalid request: q parameter must be a text with at least one word'}}
                    tooLong: {value: {error: 'Invalid request: request (2000001) exceeds text limit (2000000)'}}
                    lengths:
                      value: {error: 'Invalid request: length and max_sentences parameters exclude each other'}
                    sentences:
                      value: {error: 'Invalid request: max_sentences parameter must be an integer from 1 to 10000'}
                    query: {value: {error: 'Invalid request: query parameter must be a string of at most 2000 characters'}}
                    language: {value: {error: 'Invalid request: language parameter must be a language code'}}
                    target: {value: {error: 'zz is not supported'}}
                    pair: {value: {error: 'French (fr) is not available as a target language from German (de)'}}
                    noModel:
                      value:
                        error: >-
                          Invalid request: method parameter must be extractive or auto: no model writes summaries of texts
                          in sv
                    notYet: {value: {error: 'language auto is not supported yet'}}
                    json: {value: {error: 'Invalid JSON format', detail: 'at byte 12: a name in double quotes is expected'}}
            '403': {$ref: '#/components/responses/InvalidKey'}
            '415': {$ref: '#/components/responses/UnsupportedMedia'}
            '429': {$ref: '#/components/responses/SlowDown'}
            '500': {$ref: '#/components/responses/Failed'}
            '503': {$ref: '#/components/responses/Unavailable'}
            '504': {$ref: '#/components/responses/Late'}
            default: {$ref: '#/components/responses/Refused'}
      /languages:
        get:
          tags: [translation]
          operationId: languages
          summary: The languages that can be translated, each with the languages it can become.
          responses:
            '200':
              description: Sorted by code; a language counts among its own targets.
              content:
                application/json:
                  schema:
                    type: array
                    items: {$ref: '#/components/schemas/Language'}
                  examples:
                    languages: {value: [{code: en, name: English, targets: [de, en, es, fr]}]}
            '503': {$ref: '#/components/responses/Unavailable'}
            default: {$ref: '#/components/responses/Refused'}
      /health:
        get:
          tags: [operations]
          operationId: health
          summary: Whether the process answers.
          responses:
            '200':
              description: It does, whether or not models are ready.
              content:
                application/json:
                  schema: {$ref: '#/components/schemas/Health'}
                  examples:
                    ok: {value: {status: ok}}
            default: {$ref: '#/components/responses/Refused'}
      /ready:
        get:
          tags: [operations]
          operationId: ready
          summary: Whether requests should be sent here.
          responses:
            '200':
              description: Every model is loaded and has passed its self-test.
              content:
                application/json:
                  schema: {$ref: '#/components/schemas/Readiness'}
                  examples:
                    ready: {value: {status: ready}}
            '503':
              description: Models are loading, a model failed, or the server is stopping.
              headers:
                Retry-After: {$ref: '#/components/headers/RetryAfter'}
              content:
                application/json:
                  schema: {$ref: '#/components/schemas/Readiness'}
                  examples:
                    loading: {value: {status: loading, models: {en-x: loading}}}
                    failed: {value: {status: failed, models: {en-x: 'models/en-x/vocab.json: no such file'}}}
                    stopping: {value: {status: stopping, models: {}}}
            default: {$ref: '#/components/responses/Refused'}
      /metrics:
        get:
          tags: [operations]
          operationId: metrics
          summary: What the server has counted and measured, for Prometheus.
          description: |
            Prometheus' text format 0.0.4, whatever Accept says: requests by route, method and status with their times, streams,
            connections, bytes, the queue and the batch by model, tokens, the process. Names begin with `dragoman_` or
            `process_`; seconds and bytes are the units. No label comes from a request. It is answered at once, also when the
            queue is full and when the models are not ready.
          responses:
            '200':
              description: Families in the order of their names, series in the order of their labels.
              content:
                text/plain:
                  schema: {type: string}
                  examples:
                    excerpt:
                      value: |
                        # HELP dragoman_models_ready Models that are loaded and have passed their self-tests; 0 until all have.
                        # TYPE dragoman_models_ready gauge
                        dragoman_models_ready 3
            default: {$ref: '#/components/responses/Refused'}
      /version:
        get:
          tags: [operations]
          operationId: version
          summary: What runs here.
          responses:
            '200':
              description: Name, version and commit.
              content:
                application/json:
                  schema: {$ref: '#/components/schemas/Version'}
                  examples:
                    version: {value: {name: dragoman, version: 0.1.0, commit: unknown}}
            default: {$ref: '#/components/responses/Refused'}
      /openapi.yaml:
        get:
          tags: [operations]
          operationId: specification
          summary: This document.
          responses:
            '200':
              description: OpenAPI 3.1 as YAML.
              content:
                application/yaml:
                  schema: {type: string}
            default: {$ref: '#/components/responses/Refused'}
      /:
        get:
          tags: [translation, summaries]
          operationId: page
          summary: A page to translate and summarize with, in the browser.
          responses:
            '200':
              description: HTML that needs no other host.
              content:
                text/html:
                  schema: {type: string}
            default: {$ref: '#/components/responses/Refused'}
    components:
      headers:
        RetryAfter:
          description: Seconds after which it is worth trying again, at least 1.
          schema: {type: integer, minimum: 1}
        RateLimitLimit:
          description: The limit that was reached, in requests or characters a minute.
          schema: {type: integer, minimum: 1}
        RateLimitRemaining:
          description: What is left of it.
          schema: {const: 0}
        RateLimitReset:
          description: Seconds until there is enough for this request again.
          schema: {type: integer, minimum: 1}
      securitySchemes:
        bearer:
          type: http
          scheme: bearer
          description: A key of `dragoman keys create`.
        deepl:
          type: apiKey
          in: header
          name: Authorization
          description: '`DeepL-Auth-Key KEY`, as clients of DeepL send it.'
        query:
          type: apiKey
          in: query
          name: api_key
          description: As LibreTranslate takes it; the field `api_key` of the body is as good.
      responses:
        InvalidKey:
          description: >-
            The key is none of this server's, or no longer valid. A key in header or query is refused before the body is
            read.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Error'}
              examples:
                key: {value: {error: 'Invalid API key'}}
        SlowDown:
          description: |
            More requests or characters a minute than the key, or the address of a client without one, may have
            (`--rate-limit`, `--character-rate-limit`, or the key's own limits). The limit is a bucket that holds a minute's
            worth and fills evenly. IPv6 addresses count by their first 64 bits.
          headers:
            Retry-After: {$ref: '#/components/headers/RetryAfter'}
            RateLimit-Limit: {$ref: '#/components/headers/RateLimitLimit'}
            RateLimit-Remaining: {$ref: '#/components/headers/RateLimitRemaining'}
            RateLimit-Reset: {$ref: '#/components/headers/RateLimitReset'}
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Error'}
              examples:
                requests: {value: {error: 'Slowdown: 20 per 1 minute'}}
                characters: {value: {error: 'Slowdown: 100000 characters per 1 minute'}}
        UnsupportedMedia:
          description: >-
            A body that is multipart/form-data, or that has another Content-Encoding than gzip and deflate (`Accept-Encoding`
            names those then).
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Error'}
              examples:
                multipart:
                  value:
                    error: >-
                      multipart/form-data is not supported: send application/json or application/x-www-form-urlencoded
                coding: {value: {error: 'Content-Encoding br is not supported: send gzip, deflate or no Content-Encoding'}}
        Failed:
          description: The model could not be used; the server's log says why, beside the request's id.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Error'}
              examples:
                failed: {value: {error: "The model could not be used; the server's log says why"}}
        Late:
          description: >-
            The request took longer than the server allows (`--request-timeout`). It was worked on, and sent again it would
            take as long, so there is no Retry-After.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Error'}
              examples:
                deadline:
                  value: {error: 'The request took longer than this server allows; send less text at once'}
        Unavailable:
          description: >-
            Models are not ready, the server is stopping, or too many requests wait. Retry-After says when to try again.
          headers:
            Retry-After: {$ref: '#/components/headers/RetryAfter'}
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Error'}
              examples:
                loading: {value: {error: 'Not ready: loading en-x'}}
                overloaded:
                  value: {error: 'Too many requests are waiting; try again after the seconds that Retry-After names'}
                stopping: {value: {error: 'The server is shutting down'}}
        Refused:
          description: |
            Refused before the operation saw it:
            400 malformed HTTP · 404 no such path · 405 no such method there (`Allow` names those there are) · 408 header or
            body came too slowly · 406 `Accept-Encoding` refuses gzip and identity · 413 body above 16 MiB (`--body-limit`),
            also when it is decompressed · 414 target above 8 KiB (`--target-limit`) · 417 an expectation other than
            100-continue · 429 too many connections of one address (`--address-connection-limit`) · 431 header above 16 KiB
            (`--header-limit`) or 100 fields (`--header-count-limit`) · 501 unknown method or transfer coding · 503 with
            Retry-After: bodies of all requests fill their memory (`--body-memory-limit`) · 505 not HTTP/1.1 or HTTP/1.0. After
            400, 408, 413, 414, 417, 429, 431, 501 and 505 of malformed HTTP the connection closes.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Error'}
              examples:
                notFound: {value: {error: 'Not found'}}
                method: {value: {error: 'The method GET is not allowed for this URL'}}
                tooLarge: {value: {error: 'Request body too large: at most 16777216 bytes'}}
                host: {value: {error: 'Send exactly one Host header, not 0'}}
      schemas:
        TranslateRequest:
          type: object
          required: [q, source, target]
          properties:
            q:
              description: >-
                The text, or an array of texts; the answer has the same shape. At most 10,000 entries and 500,000 characters
                (Unicode scalars) in all. Empty counts as missing; white space comes back unchanged.
              oneOf:
                - {type: string, minLength: 1}
                - {type: array, minItems: 1, maxItems: 10000, items: {type: string}}
            source:
              type: string
              description: >-
                Language code; case does not matter, and `de-DE` falls back to `de`. `auto` is not supported yet.
              examples: [en]
            target:
              type: string
              description: Language code, like `source`.
              examples: [de]
            format:
              type: string
              enum: [text, html]
              default: text
              description: '`html` is not supported yet.'
            alternatives:
              type: integer
              maximum: 31
              default: 0
              description: >-
                How many other translations are wanted; the beam is made as large as they need. Below 0 is 0.
            api_key:
              type: string
              description: A key, where the server has them; ignored where it has none.
            secret:
              type: string
              description: Ignored; LibreTranslate's page sends it.
            details:
              type: boolean
              default: false
              description: Whether segments, scores, flags, word alignment, model and timings are told.
            glossary:
              type: object
              additionalProperties: {type: string}
              description: Terms with their translations; not supported yet.
            split:
              type: string
              enum: [sentence, paragraph, none]
              default: sentence
              description: >-
                Where the text is cut before it is translated: at sentences, then clauses; at blank lines, where a paragraph
                fits; or not at all up to what the model can number.
            beam_size:
              type: integer
              minimum: 1
              maximum: 32
              description: >-
                Hypotheses the search keeps; 1 is greedy search. Default, the server's `--beam-size`, else the model's own.
            max_new_tokens:
              type: integer
              minimum: 1
              description: Tokens a segment may become; what it cuts off is flagged `truncated`. Default, the model's own limit.
            priority:
              type: string
              enum: [interactive, bulk]
              default: interactive
              description: '`bulk` lets others pass; a request of more than 32 segments is bulk anyway.'
        TranslateResponse:
          type: object
          required: [translatedText]
          properties:
            translatedText:
              description: The translation; an array where `q` was one.
              oneOf:
                - {type: string}
                - {type: array, items: {type: string}}
            alternatives:
              description: >-
                Where they were asked for: other translations, best first, all different, as many as the search found. Of a
                text of several segments the n-th is made of each segment's n-th. A list for a string `q`, a list of lists
                for an array.
              oneOf:
                - {type: array, items: {type: string}}
                - {type: array, items: {type: array, items: {type: string}}}
            truncated:
              const: true
              description: Stands here when any segment was ended by a limit.
            details:
              description: With `details` only. A list of segments for a string `q`, a list of lists for an array.
              oneOf:
                - {type: array, items: {$ref: '#/components/schemas/Segment'}}
                - {type: array, items: {type: array, items: {$ref: '#/components/schemas/Segment'}}}
            model:
              type: [string, 'null']
              description: With `details` only. The model's id; null where `source` equals `target`.
            timings:
              $ref: '#/components/schemas/Timings'
              description: With `details` only.
        Segment:
          type: object
          required: [source, target, source_offsets, score, flags]
          properties:
            source: {type: string}
            target: {type: string}
            source_offsets:
              type: array
              minItems: 2
              maxItems: 2
              items: {type: integer, minimum: 0}
              description: Where `source` stands in its text, [start, end), in Unicode scalars.
            score:
              type: [number, 'null']
              description: Mean ln p of a target token, the end token included.
            flags:
              type: array
              items: {type: string, enum: [truncated, repetition, untranslated, copied, length_ratio]}
              description: |
                `truncated`: a limit ended it. `repetition`: a unit of 1–8 tokens at least 4 times in a row. `untranslated`:
                equal to the source ignoring case, 3 words or more. `copied`: 6 source words or more in a row.
                `length_ratio`: more than 3 times as long as its source, or less than a third, from 10 tokens on.
            alignment:
              type: array
              description: |
                Which word of `source` each word of `target` comes from, by what the model attended to. An entry is
                `[source start, source end, target start, target end, weight]`: places of two words, [start, end), in Unicode
                scalars of `source` and of `target`; words stand between white space, and in scripts without spaces are
                what one token gave. In the order of `target`, at most one entry a word: the source word that got the
                greatest part of its attention, of two equal ones the earlier. `weight` is that part of all attention to
                words of `source`, above 0, at most 1.
              items:
                type: array
                minItems: 5
                maxItems: 5
                prefixItems:
                  - {type: integer, minimum: 0}
                  - {type: integer, minimum: 1}
                  - {type: integer, minimum: 0}
                  - {type: integer, minimum: 1}
                  - {type: number, exclusiveMinimum: 0, maximum: 1}
            alternatives:
              type: array
              description: Where they were asked for and there are any.
              items:
                type: object
                required: [target, score]
                properties:
                  target: {type: string}
                  score: {type: [number, 'null']}
        SegmentEvent:
          description: >-
            Data of an event `segment` of `/translate`. `alignment` and `alternatives` with `details` only; the score always.
          allOf:
            - {$ref: '#/components/schemas/Segment'}
            - type: object
              required: [index, item]
              properties:
                index: {type: integer, minimum: 0, description: 'Its number within the request.'}
                item: {type: integer, minimum: 0, description: 'Which entry of an array `q` it belongs to.'}
        SentenceEvent:
          description: Data of an event `segment` of `/summarize`.
          allOf:
            - {$ref: '#/components/schemas/SummarySentence'}
            - type: object
              required: [index]
              properties:
                index: {type: integer, minimum: 0, description: 'Its number within the summary.'}
        ProgressEvent:
          type: object
          required: [phase, done, total]
          description: How far a summary has come; a model may write several times.
          properties:
            phase:
              type: string
              enum: [reading, writing, translating]
              description: '`reading`: sentences are scored. `writing`: a model writes. `translating`: sentences are translated.'
            done: {type: integer, minimum: 0}
            total: {type: integer, minimum: 0}
        Timings:
          type: object
          required: [queue_ms, inference_ms, total_ms]
          description: Where the time went, in milliseconds; the only part of an answer that differs from time to time.
          properties:
            queue_ms: {type: number, minimum: 0}
            inference_ms: {type: number, minimum: 0}
            total_ms: {type: number, minimum: 0}
        SummarizeRequest:
          type: object
          required: [q]
          properties:
            q:
              type: string
              minLength: 1
              description: >-
                The text; one word at least, at most 2,000,000 characters (Unicode scalars). Empty counts as missing; several
                texts are several requests.
            length:
              type: string
              enum: [short, medium, long]
              default: medium
              description: >-
                `short`: the sentence that matters most. `medium`: three sentences, or about as many words. `long`: eight.
                Where sentences are chosen, no more than half of the text's, rounded up.
            max_sentences:
              type: integer
              minimum: 1
              maximum: 10000
              description: >-
                Exactly as many sentences where they are chosen from the text (all, if it has fewer); at most as many where
                a model writes them. Not beside `length` or `max_tokens`.
            max_tokens:
              type: integer
              minimum: 1
              maximum: 100000
              description: >-
                At most as many tokens; sentences stay whole where one fits, else it is a part of one, flagged `truncated`.
                Not beside `length` or `max_sentences`.
            method:
              type: string
              enum: [abstractive, extractive, auto]
              default: auto
              description: >-
                `abstractive`: a model writes, unless the text is too short for it to be made shorter; 400 where none does in
                `language`. `extractive`: sentences of the text,
                unchanged. `auto`: a model where the text suits it and what it wrote passes every check, else the text's own
                sentences.
            query:
              type: string
              maxLength: 2000
              description: What the summary is to be about. Empty, it is whatever matters most in the text.
              examples: [schools]
            language:
              type: string
              pattern: '^[A-Za-z][A-Za-z0-9_-]{0,34}$'
              default: en
              description: >-
                Language code of the text; case does not matter, and `de-DE` falls back to `de`. A text in a language that no
                model knows is summarized by its words alone. `auto` is not supported yet.
              examples: [en]
            target:
              type: string
              description: >-
                Language code of the summary; by default the text's own language. Another one must be among the targets that
                `/languages` lists for it: the summary is translated.
              examples: [de]
            details:
              type: boolean
              default: false
              description: Whether each sentence tells which sentences of the text it rests on, and how much on each.
            priority:
              type: string
              enum: [interactive, bulk]
              default: interactive
              description: '`bulk` lets others pass.'
            api_key:
              type: string
              description: A key, where the server has them; ignored where it has none.
        SummarizeResponse:
          type: object
          required: [summary, sentences, coverage, method_used, reason, flags, model]
          properties:
            summary:
              type: string
              description: The sentences, joined.
            sentences:
              type: array
              items: {$ref: '#/components/schemas/SummarySentence'}
            coverage:
              $ref: '#/components/schemas/Coverage'
            method_used:
              type: string
              enum: [abstractive, extractive]
              description: Who wrote the sentences, a model or the text's author.
            reason:
              type: string
              description: Why that method, in a few words.
            flags:
              type: array
              items:
                type: string
                enum:
                  [unsupported_number, unsupported_name, unsupported_quotation, repetition, truncated, copied, short_text, untranslated]
              description: |
                `unsupported_number`, `unsupported_name`, `unsupported_quotation`: a number, a name, words in quotation marks
                that the text lacks. `repetition`: words or sentences that stand there again and again. `truncated`: a limit
                ended it. `copied`: most of what a model wrote is the text's own words in a row. `short_text`: the text has no
                more to give; fewer sentences than were asked for, or the text itself. `untranslated`: a sentence is in the
                text's language, because its translation said a number that the text lacks.
            model:
              type: [string, 'null']
              description: >-
                The id of the model that wrote it or scored its sentences; null where the text's words alone were counted.
        SummarySentence:
          type: object
          required: [text, source_offsets, score]
          properties:
            text: {type: string}
            source_offsets:
              type: array
              items: {$ref: '#/components/schemas/Offsets'}
              description: >-
                Where it comes from, in the text's order: a chosen sentence's own place, or the sentences that a written one
                attended to most.
            score:
              type: [number, 'null']
              description: >-
                Chosen: how much it matters, 0 to 1, the larger the more. Written: mean ln p a token of the part that it was
                written in.
            attention:
              type: array
              description: >-
                With `details` only. Every sentence of the text that it rests on, the greatest share first; the shares sum to
                1.
              items:
                type: object
                required: [source_offsets, weight]
                properties:
                  source_offsets: {$ref: '#/components/schemas/Offsets'}
                  weight: {type: number, minimum: 0, maximum: 1, description: Its share of the attention.}
            argmax:
              description: >-
                With `details` only. The one sentence that it rests on most; a chosen sentence's own place; null where nothing
                is known of it.
              oneOf:
                - {$ref: '#/components/schemas/Offsets'}
                - {type: 'null'}
        Offsets:
          type: array
          minItems: 2
          maxItems: 2
          items: {type: integer, minimum: 0}
          description: A place in the text, [start, end), in Unicode scalars.
        Coverage:
          type: object
          required: [chunks, source_sentences, covered_sentences]
          description: How much of the text was read.
          properties:
            chunks: {type: integer, minimum: 0, description: Parts that the text was read in.}
            source_sentences: {type: integer, minimum: 0, description: Sentences of the text.}
            covered_sentences:
              type: integer
              minimum: 0
              description: Sentences that a model or a scorer has read; fewer than there are only where a flag says so.
        Language:
          type: object
          required: [code, name, targets]
          properties:
            code: {type: string}
            name: {type: string}
            targets: {type: array, items: {type: string}}
        Health:
          type: object
          required: [status]
          properties:
            status: {const: ok}
        Readiness:
          type: object
          required: [status]
          properties:
            status: {type: string, enum: [ready, loading, failed, stopping]}
            models:
              type: object
              additionalProperties: {type: string}
              description: What each model that is not ready waits for or why it failed, by id; absent when ready.
        Version:
          type: object
          required: [name, version, commit]
          properties:
            name: {type: string}
            version: {type: string}
            commit: {type: string}
        Error:
          type: object
          required: [error]
          properties:
            error: {type: string, description: One sentence.}
            detail: {type: string, description: Where in the JSON the mistake stands.}

    """#
}
