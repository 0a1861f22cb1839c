/**
 * @file sails/export.h
 * @brief Marks what the shared library exports; everything else is hidden.
 */
#ifndef SAILS_EXPORT_H
#define SAILS_EXPORT_H

#ifdef __cplusplus
#define SAILS_BEGIN_DECLS extern "C" {
#define SAILS_END_DECLS   }
#else
#define SAILS_BEGIN_DECLS
#define SAILS_END_DECLS
#endif

#if defined(__GNUC__)
#define SAILS_API __attribute__((visibility("default")))
#else
#define SAILS_API
#endif

#endif
