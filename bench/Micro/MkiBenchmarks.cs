using BenchmarkDotNet.Attributes;
using MediaEngine.Srtp;

namespace MediaEngine.Bench.Micro;

/// <summary>What an MKI costs: none, floor control's, group media's, the longest.</summary>
[MemoryDiagnoser]
public class MkiBenchmarks : IDisposable
{
    private const int Ring_packets = 4096;

    private SrtpWork? _work;

    [Params(0, 4, 8, 16)]
    public int Mki_bytes { get; set; }

    [GlobalSetup]
    public void SetUp() => _work = new SrtpWork(SrtpProfile.AeadAes128Gcm, Mki_bytes, payload_bytes: 160, Ring_packets);

    [IterationSetup]
    public void Prepare() => _work!.Prepare();

    [Benchmark(OperationsPerInvoke = Ring_packets)]
    public void ProtectAndUnprotect()
    {
        for (int i = 0; i < Ring_packets; i++)
        {
            _work!.Protect(i);
            _work.Unprotect(i);
        }
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _work?.Dispose();
        GC.SuppressFinalize(this);
    }
}
