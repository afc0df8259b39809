using MediaEngine.Sip;
using MediaEngine.SipFuzz;

const string Usage = """
    MediaEngine.SipFuzz instrument ASSEMBLY OUTPUT   writes a copy that counts its branches
    MediaEngine.SipFuzz seeds FOLDER                 writes answers to the calls it makes itself
    MediaEngine.SipFuzz FILE...                      runs each file once, or, started by AFL++, one again and again
    """;

switch (args)
{
    case ["instrument", string assembly, string output]:
        File.WriteAllBytes(output, CoverageInstrumenter.Instrument(assembly));
        return 0;
    case ["seeds", string folder]:
        WriteSeeds(folder);
        return 0;
    case [string file] when AflForkServer.IsWanted:
        return AflForkServer.Serve(file, typeof(SipParser).Assembly, Target());
    case [not null, ..]:
        bool hold = true;
        foreach (string file in args)
            hold &= Holds(file, Target());
        return hold ? 0 : 1;
    default:
        Console.Error.WriteLine(Usage);
        return 2;
}

static bool Holds(string file, Action<byte[]> run)
{
    try
    {
        run(File.ReadAllBytes(file));
        return true;
    }
    catch (Exception e)
    {
        Console.Error.WriteLine($"{file}: {e}");
        return false;
    }
}

// The planted fault shows that the whole chain finds one: coverage, mutation, report.
static Action<byte[]> Target() => Environment.GetEnvironmentVariable("SIPFUZZ_PLANTED_FAULT") is null
    ? SipFuzzTarget.Run
    : octets =>
    {
        SipFuzzTarget.Run(octets);
        if (SipParser.TryParse(octets, SipLimits.Default, out _) == SipParseOutcome.UnsupportedVersion)
            throw new InvalidOperationException("The planted fault.");
    };

static void WriteSeeds(string folder)
{
    foreach (byte[] octets in SipConversation.OwnRequests())
    {
        SipParser.TryParse(octets, SipLimits.Default, out SipMessage? message);
        var request = (SipRequest)message!;
        foreach (int status in (int[])[180, 200, 401, 486])
        {
            SipResponse response = SipResponse.For(request, status, toTag: "tb");
            response.Headers.Add("Contact", "<sip:b@192.0.2.7:5071>").Add("Record-Route", "<sip:p.example.org;lr>");
            File.WriteAllBytes(Path.Combine(folder, $"{request.Method}-{status}"), response.ToBytes());
        }
    }
}
