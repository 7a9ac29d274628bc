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
      summary: Translation on your own machine, compatible with LibreTranslate.
      description: |
        Every answer is `application/json` unless its operation says otherwise, and every error is
        `{"error": "one sentence"}`, also 404, 405, 413, 431 and malformed HTTP.
        Every answer carries `X-Content-Type-Options: nosniff` and the CORS fields that let a page of any origin call;
        `OPTIONS` on any path answers 204. `HEAD` is `GET` without the body. Answers of routes carry `X-Request-Id`, the
        name of the request in the server's log.

        JSON is RFC 8259 to the letter: UTF-8 without a byte order mark, no trailing comma, at most 64 levels deep, numbers of
        at most 64 characters, names of at most 1,024 bytes, no lone surrogates, and no name twice in the outermost object.
        Fields that are not described here are ignored. An optional field that is null counts as absent.

        No 401, 403 or 429 is answered yet: keys and rate limits come later.
      license:
        name: Apache-2.0
        identifier: Apache-2.0
    servers:
      - url: http://127.0.0.1:8080
        description: the default of `dragoman serve`
    tags:
      - name: translation
      - name: operations
    paths:
      /translate:
        post:
          tags: [translation]
          operationId: translate
          summary: Translates a text, or several texts in one direction.
          description: |
            Takes JSON, or form fields in body and query (where both have a name, the query's counts; a repeated `q` is an
            array). A body that begins with `{` is read as JSON whatever its Content-Type says, so `curl -d '{…}'` works.
            Checks are made in LibreTranslate's order and worded as LibreTranslate words them.

            Nothing is cut off silently: a long text is split at sentences and clauses, white space between sentences comes
            back exactly, and what a limit ended is flagged `truncated`. `source` equal to `target` gives `q` back unchanged.
            When the client closes the connection the work is cancelled.
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
                          - {source: 'Good morning.', target: 'Bonjour.', source_offsets: [0, 13], score: -0.21, flags: []}
                        model: en-x
                        timings: {queue_ms: 0.041, inference_ms: 11.302, total_ms: 11.533}
            '400':
              description: Something about the request is wrong, or not supported yet.
              content:
                application/json:
                  schema: {$ref: '#/components/schemas/Error'}
                  examples:
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
            '415':
              description: A body that is multipart/form-data, or that has a Content-Encoding.
              content:
                application/json:
                  schema: {$ref: '#/components/schemas/Error'}
                  examples:
                    multipart:
                      value:
                        error: >-
                          multipart/form-data is not supported: send application/json or
                          application/x-www-form-urlencoded
                    coding: {value: {error: 'Content-Encoding gzip is not supported yet'}}
            '500':
              description: The model could not be used; the server's log says why, beside the request's id.
              content:
                application/json:
                  schema: {$ref: '#/components/schemas/Error'}
                  examples:
                    failed: {value: {error: "The model could not be used; the server's log says why"}}
            '503': {$ref: '#/components/responses/Unavailable'}
            '504':
              description: >-
                The request took longer than the server allows (`--request-timeout`). It was worked on, and sent again it
                would take as long, so there is no Retry-After.
              content:
                application/json:
                  schema: {$ref: '#/components/schemas/Error'}
                  examples:
                    deadline:
                      value: {error: 'The request took longer than this server allows; send less text at once'}
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
          tags: [translation]
          operationId: page
          summary: A page to translate with, in the browser.
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
      responses:
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
            body came too slowly · 413 body above 16 MiB (`--body-limit`) · 414 target above 8 KiB · 417 an expectation
            other than 100-continue · 431 header above 16 KiB or 100 fields · 501 unknown method or transfer coding ·
            505 not HTTP/1.1 or HTTP/1.0. After 400, 408, 413, 414, 417, 431, 501 and 505 of malformed HTTP the
            connection closes.
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
              description: Ignored while keys are off.
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
        Timings:
          type: object
          required: [queue_ms, inference_ms, total_ms]
          description: Where the time went, in milliseconds; the only part of an answer that differs from time to time.
          properties:
            queue_ms: {type: number, minimum: 0}
            inference_ms: {type: number, minimum: 0}
            total_ms: {type: number, minimum: 0}
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
