using System.Net;
using MediaEngine.Keys;
using MediaEngine.Mcx;
using MediaEngine.Sip;

namespace MediaEngine.Control.Tests.Mcx;

/// <summary>Bearer announcement and listening reports (TS 24.379 14), floor keys and calls on the bearer (TS 24.380 4.1.3).</summary>
public class MulticastTests
{
    private static readonly Tmgi Bearer = Tmgi.TryParse("00000100f110", out Tmgi? tmgi) ? tmgi : throw new InvalidOperationException();

    private static readonly MulticastOptions Options = new()
    {
        First = IPAddress.Parse("239.192.1.1"),
        Count = 1,
        MediaPort = 40000,
        FloorPort = 40001,
        GeneralPurpose = IPEndPoint.Parse("239.192.1.1:40002"),
        TimeToLive = 1,
        Tmgi = Bearer,
    };

    private readonly McSystemHarness _mcx = new(Options, Organisation());

    [Fact]
    public void A_client_that_registers_is_told_of_the_bearer_with_its_key_and_reports_that_it_listens()
    {
        _mcx.Register("alice");
        KeyEffect.MakeKeyMessage[] made = Make();
        _mcx.Answer("alice");
        Assert.Equal(200, _mcx.Report("alice", Monitoring()).Status);

        Assert.Equal(
            [
                "server → client: 200 REGISTER",
                "server → alice: MESSAGE mikey",
                "server → alice: MESSAGE bearer",
                "alice → server: 200 MESSAGE",
                "alice → server: 200 MESSAGE",
                "alice → server: MESSAGE report",
                "server → client: 200 MESSAGE",
            ],
            _mcx.Ladder.SkipWhile(line => line != "server → client: 200 REGISTER"));
        KeyEffect.MakeKeyMessage bearer = made.Single(make => make.Key.Purpose == KeyPurpose.MbmsSubchannelControlKey);
        Assert.Equal((TestOrganisation.Id("alice"), 0), (bearer.McpttId, bearer.Key.GroupIds.Count));
        Assert.Contains(_mcx.Events, happened => happened.Name == "bearer-listened");
    }

    [Fact]
    public void The_announcement_has_the_bearer_the_general_purpose_subchannel_and_the_key()
    {
        _mcx.Register("alice");
        Make();
        SipRequest message = _mcx.Unanswered.Select(sent => sent.Request).Single(request => Part(request, ContentTypes.MbmsUsageInfo) is not null);

        Assert.True(MbmsUsageInfo.TryParse(Part(message, ContentTypes.MbmsUsageInfo)!.Body, out MbmsUsageInfo usage, out _));
        Assert.True(SessionDescription.TryParse(Part(message, ContentTypes.Sdp)!.Body, out SessionDescription description, out _));
        Assert.True(BearerDescription.TryRead(description, usage.Announcement!, out IPEndPoint generalPurpose, out byte[]? key));
        Assert.Equal((Bearer, Options.GeneralPurpose), (usage.Announcement!.Tmgi, generalPurpose));
        Assert.StartsWith("5", System.Text.Encoding.ASCII.GetString(key!), StringComparison.Ordinal);
        Assert.Equal("<sip:mcptt@mcx.example>", message.Headers.Get("P-Asserted-Identity"));
    }

    [Fact]
    public void Nobody_is_told_twice_unless_the_client_registers_anew_or_did_not_take_it()
    {
        _mcx.Register("alice");
        _mcx.Wait(TimeSpan.FromSeconds(1));
        _mcx.Run((system, effects) => system.Expire(_mcx.Now, effects));
        Make();
        Assert.Equal(1, Announcements("alice"));
        _mcx.Answer("alice", 415);
        Assert.Contains(_mcx.Events, happened => happened is { Name: "bearer-announcement-not-taken", Warning: false });

        _mcx.Register("alice");
        Make();
        Assert.Equal(2, Announcements("alice"));
    }

    [Fact]
    public void Who_is_in_no_group_that_may_use_multicast_is_not_told()
    {
        _mcx.Register("dispatcher");
        Make();

        Assert.Equal(0, Announcements("dispatcher"));
    }

    [Fact]
    public void After_a_restart_clients_are_told_of_the_new_bearer_and_count_as_not_listening_until_they_report()
    {
        Listen("alice", "bob");
        _mcx.KillAndRestart();
        Make();
        Assert.Equal(2, Announcements("alice"));

        foreach (string name in (string[])["alice", "bob"])
            _mcx.Register(name);
        _mcx.TakeKeys();
        _mcx.Media.Clear();
        _mcx.Call("alice", TestOrganisation.Fire);
        _mcx.Answer("bob");
        Assert.All(_mcx.Media.OfType<MediaEffect.AddLeg>(), leg => Assert.False(leg.OverMulticast));
    }

    [Fact]
    public void A_call_has_addresses_keys_and_SSRCs_of_its_own_and_legs_that_listen_and_hold_the_key_can_be_reached()
    {
        Listen("alice", "bob");
        OpenCall();

        CallSubchannel subchannel = _mcx.Media.OfType<MediaEffect.OpenCall>().Single().Multicast!;
        Assert.Equal(IPEndPoint.Parse("239.192.1.1:40000"), subchannel.Media);
        Assert.Equal(IPEndPoint.Parse("239.192.1.1:40001"), subchannel.Floor);
        Assert.Equal((KeyPurpose.MulticastSignallingKey, KeyPurpose.MbmsSubchannelControlKey), (subchannel.FloorKey.Purpose, subchannel.ControlKey.Purpose));
        Assert.Contains(_mcx.Stored.OfType<GroupKey>(), key => key.KeyId == subchannel.FloorKey.Id.Value && key.Group == TestOrganisation.Fire);
        Assert.Equal([("alice", true), ("bob", true)], Legs());
    }

    [Fact]
    public void Who_lacks_the_floor_key_or_did_not_report_is_reached_by_unicast_until_he_does()
    {
        Listen("alice");
        _mcx.Register("bob");
        _mcx.Affiliate("bob", TestOrganisation.Fire);
        Assert.Equal(200, _mcx.Report("bob", Monitoring()).Status);
        _mcx.Call("alice", TestOrganisation.Fire);
        _mcx.Answer("bob"); // he has been sent no key yet
        Assert.Equal([("alice", true), ("bob", false)], Legs());

        _mcx.TakeKeys();
        Assert.Equal([(Leg("bob"), true)], _mcx.Media.OfType<MediaEffect.ChangeLeg>().Select(change => (change.Leg, change.OverMulticast)));

        _mcx.Report("alice", Monitoring(listens: false));
        Assert.Equal((Leg("alice"), false), _mcx.Media.OfType<MediaEffect.ChangeLeg>().Select(change => (change.Leg, change.OverMulticast)).Last());
    }

    [Fact]
    public void A_report_about_a_session_reaches_the_clients_own_leg()
    {
        Listen("alice", "bob");
        OpenCall();
        string session = SessionOf("bob");

        Assert.Equal(200, _mcx.Report("bob", InSession(session)).Status);
        Assert.Equal(200, _mcx.Report("bob", InSession(session, listens: false)).Status);

        Assert.Equal(
            [(Leg("bob"), true), (Leg("bob"), false)],
            _mcx.Media.OfType<MediaEffect.ReportListening>().Select(report => (report.Leg, report.Listens)));
    }

    [Fact]
    public void Reports_about_what_is_not_the_clients_are_refused()
    {
        Listen("alice", "bob");
        _mcx.Register("erin");
        OpenCall();
        string session = SessionOf("bob");
        Tmgi other = Tmgi.TryParse("00000200f110", out Tmgi? read) ? read : Bearer;

        Assert.Equal(404, _mcx.Report("bob", new MbmsUsageInfo { Report = new() { Listens = true, GeneralPurpose = true, Tmgis = [other] } }).Status);
        Assert.Equal(404, _mcx.Report("bob", new MbmsUsageInfo { Report = new() { Listens = true, GeneralPurpose = true, Tmgis = [] } }).Status);
        Assert.Equal(403, _mcx.Report("bob", new MbmsUsageInfo { Report = new() { Listens = true, Tmgis = [Bearer] } }).Status);
        Assert.Equal(403, _mcx.Report("bob", new MbmsUsageInfo { Announcement = new MbmsAnnouncement(Bearer, 1) }).Status);
        SipResponse stranger = _mcx.Report("erin", InSession(session));
        Assert.Equal((404, 137), (stranger.Status, McSystemHarness.WarningOf(stranger)));
        SipResponse otherClient = _mcx.Report("erin", Monitoring(), McSystemHarness.ClientIdOf("bob"));
        Assert.Equal((404, 141), (otherClient.Status, McSystemHarness.WarningOf(otherClient)));
        Assert.Empty(_mcx.Media.OfType<MediaEffect.ReportListening>());
    }

    [Fact]
    public void A_rotation_replaces_the_floor_key_too_and_the_running_call_changes_when_it_activates()
    {
        Listen("alice", "bob");
        OpenCall();
        McxKey before = _mcx.Media.OfType<MediaEffect.OpenCall>().Single().Multicast!.FloorKey;

        _mcx.Register("dispatcher");
        _mcx.Rotate("dispatcher", new KeyRotationBody(TestOrganisation.Fire).Serialise());
        Make();
        _mcx.Answer("alice"); // bob does not take his
        while (_mcx.KeyWork.Count > 0)
        {
            Make();
            _mcx.Answer("alice");
        }
        Assert.Empty(_mcx.Media.OfType<MediaEffect.ReplaceFloorKey>());
        _mcx.Wait(new KeyOptions().Lead + TimeSpan.FromSeconds(1));

        MediaEffect.ReplaceFloorKey replaced = _mcx.Media.OfType<MediaEffect.ReplaceFloorKey>().Single();
        Assert.Equal(KeyPurpose.MulticastSignallingKey, replaced.Key.Purpose);
        Assert.NotEqual(before.Id, replaced.Key.Id);
        Assert.Equal([(Leg("bob"), false)], _mcx.Media.OfType<MediaEffect.ChangeLeg>().Select(change => (change.Leg, change.OverMulticast)));
    }

    [Fact]
    public void A_group_with_configured_keys_uses_the_configured_floor_key_and_none_without_one()
    {
        using var musik = new McxKey(new KeyIdentifier(0x6000_0001), new byte[16], new byte[16]);
        using var mscck = new McxKey(new KeyIdentifier(0x5000_0001), new byte[16], new byte[16]);
        Organisation configured = TestOrganisation.Create();
        var organisation = new Organisation(
            configured.Domain, configured.Users, configured.Groups.Select(group => group.Id == TestOrganisation.Fire ? group with { FloorKey = musik } : group));
        var mcx = new McSystemHarness(Options with { ControlKey = mscck }, organisation);
        foreach (string name in (string[])["alice", "bob", "carol", "dave"])
        {
            mcx.Register(name);
            mcx.Affiliate(name, name is "alice" or "bob" ? TestOrganisation.Fire : TestOrganisation.Ambulance);
            mcx.Answer(name);
            Assert.Equal(200, mcx.Report(name, Monitoring()).Status);
        }
        mcx.Call("alice", TestOrganisation.Fire);
        mcx.Answer("bob");
        mcx.Call("carol", TestOrganisation.Ambulance);
        mcx.Answer("dave");

        Assert.Empty(mcx.KeyWork);
        CallSubchannel?[] subchannels = [.. mcx.Media.OfType<MediaEffect.OpenCall>().Select(open => open.Multicast)];
        Assert.Same(musik, subchannels[0]!.FloorKey);
        Assert.Null(subchannels[1]);
        Assert.Equal([true, true, false, false], mcx.Media.OfType<MediaEffect.AddLeg>().Select(leg => leg.OverMulticast));
    }

    [Fact]
    public void A_call_without_a_free_address_goes_by_unicast_and_an_ended_call_gives_its_own_back()
    {
        Listen("alice", "bob");
        OpenCall();
        Listen("carol", "dave");
        FormRegroup();
        _mcx.Call("carol", "sip:regroup-7@mcx.example");
        Assert.Equal([true, false], _mcx.Media.OfType<MediaEffect.OpenCall>().Select(open => open.Multicast is not null));

        _mcx.Run((system, effects) => system.CallInactive(_mcx.Media.OfType<MediaEffect.OpenCall>().First().Call, effects));
        _mcx.Run((system, effects) => system.CallInactive(_mcx.Media.OfType<MediaEffect.OpenCall>().Last().Call, effects));
        _mcx.Call("carol", "sip:regroup-7@mcx.example");
        Assert.NotNull(_mcx.Media.OfType<MediaEffect.OpenCall>().Last().Multicast);
    }

    /// <summary>The server manages the keys of Fire and the preconfigured group, not those of clients.</summary>
    private static Organisation Organisation() => new(
        TestOrganisation.Domain,
        TestOrganisation.Create().Users.Select(user => user with { MayManageKeys = user.AllowRegroup }),
        TestOrganisation.CreateManaged().Groups);

    private static MbmsUsageInfo Monitoring(bool listens = true) =>
        new() { Report = new MbmsListeningReport { Listens = listens, GeneralPurpose = true, Tmgis = [Bearer] } };

    private static MbmsUsageInfo InSession(string session, bool listens = true) =>
        new() { Report = new MbmsListeningReport { Listens = listens, Sessions = [session], Tmgis = [Bearer] } };

    private static MimePart? Part(SipMessage message, string type) => MultipartBody.PartsOf(message).FirstOrDefault(part => part.MediaType == type);

    private KeyEffect.MakeKeyMessage[] Make()
    {
        int before = _mcx.Made.Count;
        _mcx.MakeMessages();
        return [.. _mcx.Made.Skip(before)];
    }

    private int Announcements(string name) => _mcx.Ladder.Count(line => line == $"server → {name}: MESSAGE bearer");

    /// <summary>They have the keys, are affiliated and listen to the bearer.</summary>
    private void Listen(params string[] names)
    {
        foreach (string name in names)
        {
            _mcx.Register(name);
            _mcx.Affiliate(name, name is "alice" or "bob" ? TestOrganisation.Fire : TestOrganisation.Ambulance);
        }
        _mcx.TakeKeys();
        foreach (string name in names)
            Assert.Equal(200, _mcx.Report(name, Monitoring()).Status);
    }

    private void OpenCall()
    {
        _mcx.Call("alice", TestOrganisation.Fire);
        _mcx.Answer("bob");
    }

    private void FormRegroup()
    {
        _mcx.Register("dispatcher");
        Assert.Equal(200, _mcx.Regroup("dispatcher", new RegroupBody
        {
            Action = RegroupAction.Create,
            RegroupUri = "sip:regroup-7@mcx.example",
            PreconfiguredGroup = TestOrganisation.Preconfigured,
            Groups = [TestOrganisation.Ambulance],
        }).Status);
    }

    private string SessionOf(string name) =>
        NameAddress.TryParse(_mcx.Invites.Last(invite => invite.To == name).Request.Headers.Get("Contact"), out NameAddress? contact)
            ? contact.Uri.AddressOfRecord
            : throw new InvalidOperationException("the INVITE has no Contact");

    private IEnumerable<(string Name, bool OverMulticast)> Legs() =>
        _mcx.Media.OfType<MediaEffect.AddLeg>().Select(leg => (leg.McpttId.Split(':', '@')[1], leg.OverMulticast));

    private int Leg(string name) => _mcx.Media.OfType<MediaEffect.AddLeg>().Last(leg => leg.McpttId == TestOrganisation.Id(name)).Leg;
}
