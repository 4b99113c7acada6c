/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "miracast-library.h"

#include <dlfcn.h>
#include <glib.h>
#include <link.h>

/* One that links with this library would otherwise be found to export our own entry. */
static gboolean
is_of (void *library, void *symbol)
{
  struct link_map *own = NULL, *found = NULL;
  Dl_info info;

  return dlinfo (library, RTLD_DI_LINKMAP, &own) == 0
      && dladdr1 (symbol, &info, (void **) &found, RTLD_DL_LINKMAP) != 0 && own == found;
}

static QUERY_MIRACAST_DRIVER_INTERFACE
find_entry (void *library)
{
  QUERY_MIRACAST_DRIVER_INTERFACE entry = NULL;
  void *symbol = dlsym (library, "QueryMiracastDriverInterface");

  if (symbol != NULL && is_of (library, symbol))
    *(void **) &entry = symbol;
  return entry;
}

static NTSTATUS
query (MiracastLibrary *self, QUERY_MIRACAST_DRIVER_INTERFACE entry)
{
  MIRACAST_DRIVER_INTERFACE *driver = &self->driver;
  NTSTATUS status = entry (MIRACAST_DRIVER_INTERFACE_VERSION_1, sizeof (*driver), driver);

  if (status != STATUS_SUCCESS)
    return NT_SUCCESS (status) ? STATUS_UNSUCCESSFUL : status;
  if (driver->Size < sizeof (*driver) || driver->CreateMiracastContext == NULL
      || driver->DestroyMiracastContext == NULL || driver->StartMiracastSession == NULL
      || driver->StopMiracastSession == NULL || driver->HandleKernelModeMessage == NULL)
    return STATUS_REVISION_MISMATCH;
  return STATUS_SUCCESS;
}

NTSTATUS
miracast_library_load (MiracastLibrary *ret_library, const char *path)
{
  MiracastLibrary self = { NULL };
  QUERY_MIRACAST_DRIVER_INTERFACE entry = QueryMiracastDriverInterface;
  NTSTATUS status;

  if (path != NULL) {
    self.library = dlopen (path, RTLD_NOW | RTLD_LOCAL);
    if (self.library == NULL)
      return STATUS_DLL_NOT_FOUND;
    entry = find_entry (self.library);
  }
  status = entry != NULL ? query (&self, entry) : STATUS_ENTRYPOINT_NOT_FOUND;
  if (status == STATUS_SUCCESS)
    *ret_library = self;
  else
    miracast_library_unload (&self);
  return status;
}

void
miracast_library_unload (MiracastLibrary *self)
{
  if (self->library != NULL)
    dlclose (self->library);
  self->library = NULL;
}
