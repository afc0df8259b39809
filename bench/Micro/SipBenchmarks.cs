using System.Buffers;
using BenchmarkDotNet.Attributes;
using MediaEngine.Sip;

namespace MediaEngine.Bench.Micro;

/// <summary>One SIP message read, read with the headers every procedure looks at, and written.</summary>
[MemoryDiagnoser]
[MinColumn]
public class SipBenchmarks
{
    private readonly ArrayBufferWriter<byte> _buffer = new(4096);
    private byte[] _octets = [];
    private SipMessage _message = new SipRequest("OPTIONS", "sip:example.org");

    [Params("REGISTER", "INVITE")]
    public string Method { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        _octets = Method == SipMethods.Register ? SipMessages.Register : SipMessages.Invite;
        _message = Parse();
    }

    [Benchmark]
    public SipMessage Parse() => SipParser.TryParse(_octets, SipLimits.Default, out SipMessage? message) == SipParseOutcome.Ok
        ? message!
        : throw new InvalidOperationException("The benchmark's own message is refused.");

    [Benchmark]
    public int ParseAndLook()
    {
        SipMessage message = Parse();
        return message.CallId.Length + message.CSeq.Method.Length + message.From!.Tag!.Length + message.To!.Uri.Host.Length + message.TopVia!.Branch.Length;
    }

    /// <summary>Into a buffer that is there.</summary>
    [Benchmark]
    public int Write()
    {
        _buffer.ResetWrittenCount();
        SipWriter.Write(_message, _buffer);
        return _buffer.WrittenCount;
    }

    [Benchmark]
    public byte[] ToBytes() => _message.ToBytes();

    [Benchmark]
    public int Frame()
    {
        SipFramer.TryFrame(_octets, SipLimits.Default, out int length);
        return length;
    }
}
