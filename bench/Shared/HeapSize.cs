using System.Runtime.InteropServices;

namespace MediaEngine.Bench;

/// <summary>What this process holds, the collector's heap and, on Linux, the C library's: ciphers have their keys there.</summary>
internal static partial class HeapSize
{
    /// <summary>After a collection.</summary>
    public static long Now_bytes()
    {
        long collected_bytes = GC.GetTotalMemory(forceFullCollection: true);
        if (!OperatingSystem.IsLinux())
            return collected_bytes;
        Allocations allocations = GetAllocations();
        return collected_bytes + (long)(allocations.Mapped_bytes + allocations.InUse_bytes);
    }

    [LibraryImport("libc", EntryPoint = "mallinfo2")]
    private static partial Allocations GetAllocations();

    /// <summary>struct mallinfo2</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Allocations
    {
        public nuint Arena_bytes, FreeChunks, FastChunks, MappedRegions, Mapped_bytes, Unused, FastFree_bytes, InUse_bytes, Free_bytes, Top_bytes;
    }
}
