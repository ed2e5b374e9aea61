/*
 * The tokens of one instruction on one logical line: continuations are joined, comments gone.
 *
 * A Dockerfile has no single lexical grammar: each kind of instruction splits its arguments in its
 * own way. So an instruction is read in two steps. The default mode and FLAGS take its name, its
 * flags and where the rest begins; then the rest is read in the mode that suits the instruction
 * (WORDS, PAIRS, TYPE, JSON). A mode is chosen by the caller.
 *
 * ESCAPE: the escape character of a file is a backslash or a backtick. The character stream shows
 * whichever it is as the noncharacter U+10FFFF, except in mode JSON.
 */
lexer grammar InstructionLexer;

options { caseInsensitive = true; }

tokens { REST, WORD }

// ---- The name of the instruction.

ADD         : 'ADD'         -> mode(FLAGS);
ARG         : 'ARG'         -> mode(FLAGS);
CMD         : 'CMD'         -> mode(FLAGS);
COPY        : 'COPY'        -> mode(FLAGS);
ENTRYPOINT  : 'ENTRYPOINT'  -> mode(FLAGS);
ENV         : 'ENV'         -> mode(FLAGS);
EXPOSE      : 'EXPOSE'      -> mode(FLAGS);
FROM        : 'FROM'        -> mode(FLAGS);
HEALTHCHECK : 'HEALTHCHECK' -> mode(FLAGS);
LABEL       : 'LABEL'       -> mode(FLAGS);
MAINTAINER  : 'MAINTAINER'  -> mode(FLAGS);
ONBUILD     : 'ONBUILD'     -> mode(FLAGS);
RUN         : 'RUN'         -> mode(FLAGS);
SHELL       : 'SHELL'       -> mode(FLAGS);
STOPSIGNAL  : 'STOPSIGNAL'  -> mode(FLAGS);
USER        : 'USER'        -> mode(FLAGS);
VOLUME      : 'VOLUME'      -> mode(FLAGS);
WORKDIR     : 'WORKDIR'     -> mode(FLAGS);
NAME        : NOT_BLANK+    -> mode(FLAGS);

fragment BLANK     : [ \t\u000B\f\r];
fragment NOT_BLANK : ~[ \t\u000B\f\r];
fragment ESCAPE    : '\u{10FFFF}';

// ---- Flags, as long as they come first. Of what follows only the first character is a token: the
// commands of RUN are the larger part of most files, and no business of this grammar.

mode FLAGS;

FLAG_BLANK : BLANK+ -> skip;
FLAG       : '--' FLAG_PART+ ESCAPE?;
// A quote that is never closed takes all there is.
OPEN_FLAG  : '--' FLAG_PART* OPEN_FLAG_PART -> type(FLAG);
END_FLAGS  : '--' ESCAPE? -> mode(TAIL);
FLAGS_REST : ( ~[\- \t\u000B\f\r] | '-' ~'-'? ) -> type(REST), mode(TAIL);

fragment FLAG_PART
  : ESCAPE .
  | ~[ \t\u000B\f\r'"\u{10FFFF}]
  | '"' ( ~["\u{10FFFF}] | ESCAPE . )* '"'
  | '\'' ( ~['\u{10FFFF}] | ESCAPE . )* '\''
  ;

fragment OPEN_FLAG_PART
  : '"' ( ~["\u{10FFFF}] | ESCAPE . )* ESCAPE?
  | '\'' ( ~['\u{10FFFF}] | ESCAPE . )* ESCAPE?
  ;

mode TAIL;

TAIL_BLANK : BLANK+ -> skip;
TAIL_REST  : NOT_BLANK -> type(REST);

// ---- Words between blanks; quotes mean nothing. FROM, EXPOSE, and COPY, ADD, VOLUME in shell form.

mode WORDS;

WORDS_BLANK : BLANK+ -> skip;
PLAIN_WORD  : NOT_BLANK+ -> type(WORD);

// ---- One word, then the rest. HEALTHCHECK.

mode TYPE;

TYPE_WORD : NOT_BLANK+ -> type(WORD), mode(TAIL);

// ---- Words in which quotes and escapes protect blanks. ARG, ENV, LABEL.
// KEY is a word without an equals sign, PAIR one with it.

mode PAIRS;

PAIR_BLANK : [ \t\n\u000B\f\r\u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]+ -> skip;
KEY        : KEY_PART+ ESCAPE?;
OPEN_KEY   : KEY_PART* OPEN_KEY_PART -> type(KEY);
PAIR       : PAIR_PART+ ESCAPE?;
OPEN_PAIR  : PAIR_PART* OPEN_PAIR_PART -> type(PAIR);
LONE_ESCAPE : ESCAPE -> skip;

fragment KEY_PART
  : ESCAPE ~'='
  | ~[ \t\n\u000B\f\r\u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000'"=\u{10FFFF}]
  | '"' ( ~["=\u{10FFFF}] | ESCAPE ~'=' )* '"'
  | '\'' ~['=]* '\''
  ;

fragment OPEN_KEY_PART
  : '"' ( ~["=\u{10FFFF}] | ESCAPE ~'=' )* ESCAPE?
  | '\'' ~['=]*
  ;

fragment PAIR_PART
  : ESCAPE .
  | ~[ \t\n\u000B\f\r\u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000'"\u{10FFFF}]
  | '"' ( ~["\u{10FFFF}] | ESCAPE . )* '"'
  | '\'' ~[']* '\''
  ;

fragment OPEN_PAIR_PART
  : '"' ( ~["\u{10FFFF}] | ESCAPE . )* ESCAPE?
  | '\'' ~[']*
  ;

// ---- JSON (RFC 8259).

mode JSON;

JSON_BLANK    : [ \t\r\n]+ -> skip;
LEFT_BRACKET  : '[';
RIGHT_BRACKET : ']';
LEFT_BRACE    : '{';
RIGHT_BRACE   : '}';
COMMA         : ',';
COLON         : ':';
STRING        options { caseInsensitive = false; }
  : '"' ( ~["\\\u0000-\u001F] | '\\' ( ["\\/bfnrt] | 'u' HEX HEX HEX HEX ) )* '"';
NUMBER        : '-'? ( '0' | [1-9] [0-9]* ) ( '.' [0-9]+ )? ( 'e' [+\-]? [0-9]+ )?;
LITERAL       options { caseInsensitive = false; } : 'true' | 'false' | 'null';
NOT_JSON      : .;

fragment HEX : [0-9a-f];

// ---- Comma-separated fields with CSV quoting: the value of --mount and --device.

mode FIELDS;

SEPARATOR    : ',';
FIELD        : ~[,"] ~[,"]*;
QUOTED_FIELD : '"' ( ~'"' | '""' )* '"';
STRAY_QUOTE  : '"';
