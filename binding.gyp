{
  "targets": [
    {
      "target_name": "lwm2m_tls",
      "sources": ["<!@(node scripts/list-sources.mjs)"],
      # Prepended, because node-gyp puts Node's own openssl/ headers (3.x) in front of everything else.
      "include_dirs+": ["<!@(node scripts/openssl/locate.mjs --include)"],
      "include_dirs": ["<!(node -p \"require('node-addon-api').include_dir\")"],
      "defines": [
        "NAPI_VERSION=9",
        "NAPI_DISABLE_CPP_EXCEPTIONS",
        "NODE_ADDON_API_ENABLE_MAYBE",
        "<!@(node scripts/openssl/locate.mjs --defines)"
      ],
      "libraries": ["<!@(node scripts/openssl/locate.mjs --archives)"],
      "cflags": [
        "-Wall",
        "-Wextra",
        "-fvisibility=hidden",
        "-ffunction-sections",
        "-fdata-sections",
        "-fstack-protector-strong"
      ],
      "cflags_cc!": ["-std=gnu++17"],
      "cflags_cc": ["-std=gnu++20", "-fvisibility-inlines-hidden"],
      "conditions": [
        ["OS=='linux'", {
          "defines": ["_GNU_SOURCE", "_FORTIFY_SOURCE=2"],
          "libraries": ["-ldl", "-pthread"],
          # Two independent locks against Node's OpenSSL: --exclude-libs with -Bsymbolic, and the version script.
          # -z nodelete: OpenSSL leaves thread-exit callbacks behind, and Node unloads an addon with its last worker.
          "ldflags": [
            "-Wl,--exclude-libs,ALL",
            "-Wl,-Bsymbolic",
            "-Wl,--version-script=<(module_root_dir)/native/exports.map",
            "-Wl,-z,nodelete",
            # See native/core/cleanse.cc and native/io/fork_id.cc.
            "-Wl,--wrap=OPENSSL_cleanse,--wrap=getpid",
            "-Wl,-z,relro,-z,now",
            "-Wl,-z,noexecstack",
            "-Wl,--gc-sections",
            "-static-libstdc++",
            "-static-libgcc"
          ]
        }],
        ["OS=='mac'", {
          "xcode_settings": {
            "CLANG_CXX_LANGUAGE_STANDARD": "gnu++20",
            "GCC_SYMBOLS_PRIVATE_EXTERN": "YES",
            "MACOSX_DEPLOYMENT_TARGET": "11.0",
            "OTHER_LDFLAGS": [
              "-Wl,-exported_symbols_list,<(module_root_dir)/native/exports.macos.txt",
              "-Wl,-dead_strip"
            ]
          }
        }],
        ["OS=='win'", {
          # Ours come before node.lib, which exports OpenSSL as well. Never /FORCE:MULTIPLE: it hides real mistakes.
          "defines": ["WIN32_LEAN_AND_MEAN", "NOMINMAX"],
          "libraries": ["ws2_32.lib", "crypt32.lib", "advapi32.lib", "user32.lib", "bcrypt.lib"],
          "msvs_settings": {
            "VCCLCompilerTool": { "AdditionalOptions": ["/std:c++20"], "RuntimeLibrary": 0 }
          }
        }]
      ]
    }
  ]
}
