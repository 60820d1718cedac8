# Builds, tests and installs gridspool. There is no configure step.
#
#   make              build/gridspool and build/libgridspool.a
#   make unit         unit tests; make unit T=base/test_dec runs one, T=base one folder
#   make check        the project's own rules (scripts/check-*)
#   make test         everything; installs what is missing first
#   make demo         the nightly job from end to end; installs what is missing first
#
# Also: golden peers bench fault catalogue proof coverage asan ubsan valgrind tidy fuzz fuzz-replay fmt install clean. scripts/README.md
# and tests/README.md say what each one does.
#
# Variables: CC, CXX       gcc and g++, or clang and clang++
#            FLAVOUR       empty (as shipped), asan, ubsan, san (both), vg (for valgrind), cov, fuzz
#            J             jobs; all cores unless given
#            T, B, P       one test, one bench case, one part of the proof
#            FUZZ_SECONDS  for all fuzz targets together
#            PREFIX, DESTDIR  for install

ifeq ($(origin CC),default)
CC := gcc
endif
ifeq ($(origin CXX),default)
CXX := g++
endif
CLANG ?= clang
CLANGXX ?= clang++
FLAVOUR ?=
J ?= $(shell nproc 2>/dev/null || echo 2)
FUZZ_SECONDS ?= 45
PREFIX ?= /usr/local
DESTDIR ?=
T ?=
B ?=

BUILD := build$(if $(FLAVOUR),/$(FLAVOUR))
OBJ := $(BUILD)/obj
LIBRARY := $(BUILD)/libgridspool.a
PROGRAM := $(BUILD)/gridspool

# ---- what there is ---------------------------------------------------------------------------------------------

C_FILES := $(wildcard src/*/*.c)
CXX_FILES := $(wildcard src/*/*.cpp)
MAIN_FILE := $(wildcard src/cli/main.c)
GNU_FILES := $(addprefix src/,$(shell sed -n 's/^gnu  *\([^ ]*\).*/\1/p' src/LAYERS 2>/dev/null))
LIB_OBJS := $(patsubst src/%.c,$(OBJ)/%.o,$(filter-out $(MAIN_FILE),$(C_FILES))) \
	$(patsubst src/%.cpp,$(OBJ)/%.o,$(CXX_FILES))
MAIN_OBJ := $(patsubst src/%.c,$(OBJ)/%.o,$(MAIN_FILE))

UNIT_FILES := $(wildcard tests/unit/*/test_*.c)
UNIT_PROGRAMS := $(patsubst tests/%.c,$(BUILD)/tests/%,$(UNIT_FILES))
UNIT_WANTED := $(if $(T),$(foreach t,$(T),$(filter $(BUILD)/tests/unit/$(t) $(BUILD)/tests/unit/$(t)/%,$(UNIT_PROGRAMS))),$(UNIT_PROGRAMS))
SUPPORT_OBJS := $(patsubst tests/%.c,$(BUILD)/tests/%.o,$(wildcard tests/unit/support/*.c))
FUZZ_FILES := $(wildcard tests/fuzz/fuzz_*.c)
FUZZ_PROGRAMS := $(patsubst tests/fuzz/%.c,build/fuzz/%,$(FUZZ_FILES))
STYLED_FILES := $(wildcard src/*/*.[ch] src/*/*.cpp tests/*/*.[ch] tests/unit/*/*.[ch])

# ---- flags -----------------------------------------------------------------------------------------------------

PACKAGES := libxml-2.0 libssh2 openssl zlib libzip simdjson sqlite3 libpcre2-8
# Only include paths are taken from pkg-config: simdjson's own flags would switch on its worker thread.
VENDOR := $(patsubst -I%,-isystem %,$(filter-out -I/usr/include,$(shell pkg-config --cflags-only-I $(PACKAGES) 2>/dev/null)))
LIBS = $(shell pkg-config --libs-only-L --libs-only-l $(PACKAGES))

POSIX := -D_POSIX_C_SOURCE=200809L
GNU := -D_GNU_SOURCE
C_WARN := -Wall -Wextra -Werror -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wcast-qual -Wwrite-strings -Wformat=2 -Wvla -Wundef -Wnull-dereference \
	-Wimplicit-fallthrough
CXX_WARN := -Wall -Wextra -Werror
COMMON := -fno-common -fstack-protector-strong -fno-delete-null-pointer-checks -fno-strict-aliasing -fPIE
HARDEN := -O2 -g -D_FORTIFY_SOURCE=3 -fno-strict-overflow -fstack-clash-protection
ifeq ($(shell uname -m),x86_64)
HARDEN += -fcf-protection=full
endif
LINK := -pie -Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code -Wl,--as-needed

# Instrumented code makes compilers warn of paths that do not exist, so warnings stop only the plain build. It is
# without -fno-strict-overflow, which would hide signed overflow from UBSan, and its arenas take each piece from
# malloc so that a stray read is seen (ARENA_MALLOC).
UBSAN := undefined -fno-sanitize-recover=all
INSTRUMENTED := -O1 -g -fno-omit-frame-pointer -DARENA_MALLOC=1
ifeq ($(FLAVOUR),)
FLAGS := $(HARDEN)
else ifeq ($(FLAVOUR),asan)
FLAGS := $(INSTRUMENTED) -fsanitize=address
else ifeq ($(FLAVOUR),ubsan)
FLAGS := $(INSTRUMENTED) -fsanitize=$(UBSAN)
else ifeq ($(FLAVOUR),san)
FLAGS := $(INSTRUMENTED) -fsanitize=address,$(UBSAN)
else ifeq ($(FLAVOUR),vg)
FLAGS := $(INSTRUMENTED)
else ifeq ($(FLAVOUR),cov)
# Counters are a mapped file, so that they outlive a kill and are written from within a sandbox; processes add at once.
FLAGS := -O0 -g -fprofile-instr-generate -fprofile-update=atomic -fcoverage-mapping -mllvm -runtime-counter-relocation
else ifeq ($(FLAVOUR),fuzz)
FLAGS := $(INSTRUMENTED) -DREAD_BLOCK=4096 -fsanitize=fuzzer-no-link,address,$(UBSAN)
FUZZ_LINK := -fsanitize=fuzzer,address,$(UBSAN)
else
$(error FLAVOUR=$(FLAVOUR) is not known; expected asan, ubsan, san, vg, cov, fuzz or nothing)
endif
ifneq ($(FLAVOUR),)
C_WARN := $(filter-out -Werror -Wnull-dereference,$(C_WARN))
CXX_WARN := $(filter-out -Werror,$(CXX_WARN))
endif

CFLAGS_ALL = -std=c11 $(C_WARN) $(COMMON) $(FLAGS) -Isrc $(VENDOR) $(CFLAGS)
CXXFLAGS_ALL = -std=c++17 -fno-exceptions -fno-rtti $(CXX_WARN) $(COMMON) $(FLAGS) -Isrc $(VENDOR) $(CXXFLAGS)
# Tests may include "unit/support/..." and know where the repository is.
TEST_FLAGS := -Itests -DTEST_TOP='"$(CURDIR)"' -Wno-missing-prototypes
LINK_ALL = $(COMMON) $(FLAGS) $(LINK) $(LDFLAGS)

# What one test or check may know of its surroundings; tests/README.md documents these.
TEST_ENV = TEST_TOP='$(CURDIR)' TEST_BUILD='$(CURDIR)/$(BUILD)' GRIDSPOOL='$(CURDIR)/$(PROGRAM)' \
	TEST_FLAVOUR='$(FLAVOUR)' TEST_JOBS='$(J)' CC='$(CC)' CXX='$(CXX)'

# ---- steps -----------------------------------------------------------------------------------------------------
# The steps of one command line (`make clean unit check`) come one after the other; compiling inside a step uses
# all cores. So a step calls make again, with STEP set, for the files it needs.

ifndef STEP
.NOTPARALLEL:
endif
HAS_JOBS = $(findstring j,$(firstword -$(MAKEFLAGS)))$(filter -j%,$(MAKEFLAGS))
FILES = +@$(MAKE) --no-print-directory STEP=1 $(if $(HAS_JOBS),,-j$(J))
FLAVOURED = +@$(MAKE) --no-print-directory

.PHONY: all unit golden peers test demo bench fault catalogue proof coverage asan ubsan san valgrind tidy check fuzz fuzz-replay fuzz-build \
	install clean fmt need step-all step-unit step-fuzz FORCE
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:
.SUFFIXES:

all:
	$(FILES) step-all
unit:
	$(FILES) step-all step-unit
	@$(TEST_ENV) tests/unit/run $(T)
golden: all
	@$(TEST_ENV) tests/run --suite golden
peers: all
	@$(TEST_ENV) tests/run --suite peers
test: need
	+@$(TEST_ENV) MAKE='$(MAKE)' FUZZ_SECONDS='$(FUZZ_SECONDS)' tests/run
demo: need all
	@$(TEST_ENV) scripts/demo
bench: all
	@$(TEST_ENV) B='$(B)' tests/run --suite bench
proof: all
	@$(TEST_ENV) MAKE='$(MAKE)' tests/fault/run $(P)
fault: all
	@$(TEST_ENV) MAKE='$(MAKE)' tests/fault/sample
coverage:
	+@MAKE='$(MAKE)' tests/coverage
catalogue: all
	@$(TEST_ENV) tests/fault/catalogue/run
asan ubsan san:
	$(FLAVOURED) FLAVOUR=$@ unit golden peers
valgrind:
	$(FLAVOURED) FLAVOUR=vg all
	$(FLAVOURED) FLAVOUR=vg step-valgrind
check: all
	@$(TEST_ENV) scripts/check
tidy: all
	@TEST_JOBS='$(J)' TIDY_FLAGS='-std=c11 -Isrc $(VENDOR)' GNU_FILES='$(GNU_FILES)' scripts/tidy
fuzz-build:
	$(FLAVOURED) FLAVOUR=fuzz CC='$(CLANG)' CXX='$(CLANGXX)' STEP=1 $(if $(HAS_JOBS),,-j$(J)) step-fuzz
fuzz: fuzz-build
	@TEST_TOP='$(CURDIR)' TEST_JOBS='$(J)' tests/fuzz/run --seconds $(FUZZ_SECONDS) $(T)
fuzz-replay: fuzz-build
	@TEST_TOP='$(CURDIR)' TEST_JOBS='$(J)' tests/fuzz/run --replay $(T)
need:
	@scripts/install-deps --if-missing
fmt:
	@$(if $(STYLED_FILES),clang-format -i $(STYLED_FILES))
clean:
	rm -rf build

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/gridspool $(DESTDIR)$(PREFIX)/lib/systemd/system
	install -m 755 $(PROGRAM) $(DESTDIR)$(PREFIX)/bin/gridspool
	cp -R maps spool README.md scripts/gridspool.cron $(DESTDIR)$(PREFIX)/share/gridspool/
	$(foreach m,$(wildcard src/cli/*.1 spool/*.1),install -D -m 644 $(m) \
		$(DESTDIR)$(PREFIX)/share/man/man1/$(notdir $(m)) &&) :
	for u in scripts/*.service scripts/*.timer; do \
		sed 's|/usr/bin/gridspool|$(PREFIX)/bin/gridspool|; s|/usr/share/|$(PREFIX)/share/|' "$$u" > \
			$(DESTDIR)$(PREFIX)/lib/systemd/system/$${u##*/} || exit 1; \
	done

# ---- files -----------------------------------------------------------------------------------------------------

step-all: $(LIBRARY) $(if $(MAIN_FILE),$(PROGRAM)) ; @:
step-unit: $(UNIT_WANTED) ; @:
step-fuzz: $(FUZZ_PROGRAMS) ; @:
step-valgrind:
	$(FILES) step-unit
	@$(TEST_ENV) tests/unit/run --valgrind $(T)

# build/mistake-N: the program with mistake N of src/base/fault.h, which only the proof's own test uses.
MISTAKEN := $(shell grep -ls '"base/fault.h"' src/*/*.c)
build/mistake-%: $(MISTAKEN) src/base/fault.h $(MAIN_OBJ) $(LIBRARY)
	@mkdir -p $(OBJ)/$(@F)
	@echo "LINK  $@"
	@for f in $(MISTAKEN); do \
		$(CC) $(GNU) $(CFLAGS_ALL) -DFAULT_BUILD=$* -c -o $(OBJ)/$(@F)/$${f##*/}.o $$f || exit; done
	@$(CXX) $(LINK_ALL) -o $@ $(MAIN_OBJ) $(OBJ)/$(@F)/*.o $(LIBRARY) $(LIBS)

# Changed flags or another compiler rebuild everything; so does a changed list of files, for the archive.
define stamp
$(1): FORCE
	@mkdir -p $$(@D); printf '%s\n' '$(subst ','\'',$(2))' | cmp -s - $$@ || printf '%s\n' '$(subst ','\'',$(2))' > $$@
endef
$(eval $(call stamp,$(OBJ)/.flags,$(CC) $(CXX) $(CFLAGS_ALL) $(CXXFLAGS_ALL) gnu $(GNU_FILES)))
$(eval $(call stamp,$(OBJ)/.files,$(LIB_OBJS)))

$(OBJ)/%.o: src/%.c $(OBJ)/.flags
	@mkdir -p $(@D)
	@echo "CC    $<"
	@$(CC) $(if $(filter $<,$(GNU_FILES)),$(GNU),$(POSIX)) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

$(OBJ)/%.o: src/%.cpp $(OBJ)/.flags
	@mkdir -p $(@D)
	@echo "CXX   $<"
	@$(CXX) $(CXXFLAGS_ALL) -MMD -MP -c -o $@ $<

$(LIBRARY): $(LIB_OBJS) $(OBJ)/.files
	@echo "AR    $@"
	@rm -f $@ && ar rcs $@ $(LIB_OBJS)

$(PROGRAM): $(MAIN_OBJ) $(LIBRARY)
	@echo "LINK  $@"
	@$(CXX) $(LINK_ALL) -o $@ $(MAIN_OBJ) $(LIBRARY) $(LIBS)

$(BUILD)/tests/%.o: tests/%.c $(OBJ)/.flags
	@mkdir -p $(@D)
	@echo "CC    $<"
	@$(CC) $(POSIX) $(CFLAGS_ALL) $(TEST_FLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(SUPPORT_OBJS) $(LIBRARY)
	@echo "LINK  $@"
	@$(CXX) $(LINK_ALL) -o $@ $< $(SUPPORT_OBJS) $(LIBRARY) $(LIBS) -lcmocka

$(BUILD)/fuzz_%: $(BUILD)/tests/fuzz/fuzz_%.o $(LIBRARY)
	@echo "LINK  $@"
	@$(CXX) $(LINK_ALL) $(FUZZ_LINK) -o $@ $< $(LIBRARY) $(LIBS)

-include $(wildcard $(OBJ)/*/*.d $(BUILD)/tests/unit/*/*.d $(BUILD)/tests/fuzz/*.d)
