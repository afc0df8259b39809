using BenchmarkDotNet.Attributes;
using MediaEngine.Srtp;

namespace MediaEngine.Bench.Micro;

/// <summary>Protect and unprotect of one packet at a time, full path.</summary>
[MemoryDiagnoser]
public class SrtpBenchmarks : IDisposable
{
    private const int Ring_packets = 4096;

    private SrtpWork? _work;

    [Params(SrtpProfile.AeadAes128Gcm, SrtpProfile.AeadAes256Gcm, SrtpProfile.Aes128CmHmacSha1_80)]
    public SrtpProfile Profile { get; set; }

    [Params(20, 60, 160, 320, 1200)]
    public int Payload_bytes { get; set; }

    [GlobalSetup]
    public void SetUp() => _work = new SrtpWork(Profile, mki_bytes: 8, Payload_bytes, Ring_packets);

    [IterationSetup(Target = nameof(Protect))]
    public void Prepare() => _work!.Prepare();

    [IterationSetup(Target = nameof(Unprotect))]
    public void PrepareProtected()
    {
        Prepare();
        Protect();
    }

    [Benchmark(OperationsPerInvoke = Ring_packets)]
    public void Protect()
    {
        for (int i = 0; i < Ring_packets; i++)
            _work!.Protect(i);
    }

    [Benchmark(OperationsPerInvoke = Ring_packets)]
    public void Unprotect()
    {
        for (int i = 0; i < Ring_packets; i++)
            _work!.Unprotect(i);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _work?.Dispose();
        GC.SuppressFinalize(this);
    }
}
