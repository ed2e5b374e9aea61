/*
 * The grammar of one instruction; see InstructionLexer for the order in which it is read.
 * Every rule is LL(1), so SLL prediction always suffices.
 */
parser grammar InstructionParser;

options { tokenVocab = InstructionLexer; }

// ---- First step: every instruction.

// It ends where the arguments begin; they are read in the second step.
head : name flag* END_FLAGS? rest?;

name
  : ADD | ARG | CMD | COPY | ENTRYPOINT | ENV | EXPOSE | FROM | HEALTHCHECK | LABEL | MAINTAINER
  | ONBUILD | RUN | SHELL | STOPSIGNAL | USER | VOLUME | WORKDIR
  | NAME
  ;

flag : FLAG;
rest : REST;

// ---- Second step: the arguments, by instruction.

// FROM image AS name; whether the middle word is AS is not a matter of tokens: it is no keyword.
from         : image=WORD (as=WORD stage=WORD)? EOF;
// EXPOSE, VOLUME, COPY, ADD.
words        : WORD* EOF;
// ARG name=value name, ENV key=value, LABEL key=value. A KEY is a mistake in the latter two, unless it
// comes first: then it is their old form, KEY VALUE, which is not made of such words.
pairs        : (PAIR | KEY)+ EOF;
// HEALTHCHECK NONE and HEALTHCHECK CMD command.
healthcheck  : type=WORD REST?;

// The exec form: an array of strings. Other values are read to tell a mistake from the shell form.
array        : LEFT_BRACKET (value (COMMA value)*)? RIGHT_BRACKET EOF;

value
  : STRING # string
  | (NUMBER | LITERAL | list | object) # otherValue
  ;

list   : LEFT_BRACKET (value (COMMA value)*)? RIGHT_BRACKET;
object : LEFT_BRACE (member (COMMA member)*)? RIGHT_BRACE;
member : STRING COLON value;

// The comma-separated value of a flag.
fields : field? (SEPARATOR field?)* EOF;
field  : FIELD | QUOTED_FIELD;
