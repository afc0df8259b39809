namespace MediaEngine.Bench.Micro;

/// <summary>A round of packets protected, then unprotected, in place.</summary>
internal interface IPacketWork
{
    /// <summary>Fills the ring with new plain packets; not timed.</summary>
    void Prepare();

    void Protect(int i);

    void Unprotect(int i);
}
