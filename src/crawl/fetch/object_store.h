// Objects of s3:// and gs:// stores, through Arrow's file systems.
//
// Credentials, region and endpoint come from where each store's own tools look: AWS_ACCESS_KEY_ID and
// AWS_SECRET_ACCESS_KEY, AWS_PROFILE, ~/.aws, instance roles, AWS_ENDPOINT_URL; GOOGLE_APPLICATION_CREDENTIALS. An
// address may say more behind a question mark, as "s3://bucket/x.warc.gz?region=eu-west-1&endpoint_override=host:port".
// gs://anonymous@bucket/... reads public buckets.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/stream.h"

namespace smelt {

bool is_object_url(const std::string& path);  // s3:// or gs://

// Reads in ranges of 8 MiB; a range that fails is asked for again, four times, after a growing pause. Throws
// UserError(kInput) where there is no such object or bucket or it changed while it was read, UserError(kResource) where
// the store cannot be reached or refuses.
std::unique_ptr<ByteSource> open_object(const std::string& address);

// Addresses of all objects below a folder ("s3://bucket/folder/") or of those that match a pattern whose last parts
// hold * or ? ("s3://bucket/folder/*.warc.gz"; no star crosses a '/'), in byte order.
std::vector<std::string> list_objects(const std::string& address);

// Ends what the file systems started: call it before the process ends, and open no object after it.
void close_object_stores();

}  // namespace smelt
