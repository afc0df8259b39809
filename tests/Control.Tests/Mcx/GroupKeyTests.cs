using System.Text;
using MediaEngine.Keys;
using MediaEngine.Mcx;
using MediaEngine.Rtp;
using MediaEngine.Sip;

namespace MediaEngine.Control.Tests.Mcx;

/// <summary>The GMS's keys: made, brought to members, ended when one leaves (TS 33.180 5.7, 7.3).</summary>
public class GroupKeyTests : GroupKeyScene
{
    [Fact]
    public void A_member_that_registers_gets_the_key_of_each_managed_group_one_after_the_other()
    {
        Harness.Register("alice");
        Assert.Single(Harness.KeyWork);
        Harness.MakeMessages();
        Harness.Answer("alice");
        Assert.Single(Harness.KeyWork);
        Harness.MakeMessages();
        Harness.Answer("alice");

        Assert.Empty(Harness.KeyWork);
        Assert.Equal([Fire, TestOrganisation.Preconfigured], Harness.Made.SelectMany(made => made.Key.GroupIds).Order());
        Assert.All(Harness.Made, made => Assert.Equal("sip:alice@mcx.example", made.McpttId));
        Assert.Equal(
            ["server → alice: MESSAGE mikey", "alice → server: 200 MESSAGE", "server → alice: MESSAGE mikey", "alice → server: 200 MESSAGE"],
            Harness.Ladder.Where(line => line.Contains("MESSAGE", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_message_is_from_the_gms_to_the_member_and_carries_the_mikey_message_as_it_was_made()
    {
        Harness.Register("erin");
        Harness.MakeMessages();

        SipRequest message = Harness.Unanswered.Single().Request;
        Assert.Equal("sip:gms@mcx.example", message.From!.Uri.AddressOfRecord);
        Assert.Equal("<sip:gms@mcx.example>", message.Headers.Get("P-Asserted-Identity"));
        IReadOnlyList<MimePart> parts = MultipartBody.PartsOf(message);
        Assert.Equal([ContentTypes.McpttInfo, ContentTypes.Mikey], parts.Select(part => part.MediaType));
        Assert.True(McpttInfo.TryParse(parts[0].Body, out McpttInfo info, out _));
        Assert.Equal("sip:erin@mcx.example", info.RequestUri);
        Assert.Equal($"{Stored(Fire).Single().Id} ", Encoding.ASCII.GetString(parts[1].Body.Span));
    }

    [Fact]
    public void Every_member_gets_the_same_key_with_the_same_rand()
    {
        foreach (string name in (string[])["alice", "bob", "erin"])
            Harness.Register(name);
        Harness.TakeKeys();

        McxKey[] keys = [.. Harness.Made.Where(made => made.Key.GroupIds.Contains(Fire)).Select(made => made.Key)];
        Assert.Equal(3, keys.Length);
        Assert.Single(keys.Select(key => (key.Id, Octets(key), Convert.ToHexString(key.Rand))).Distinct());
        Assert.Equal(KeyPurpose.GroupMasterKey, keys[0].Purpose);
        // Dated back for members whose clocks are behind.
        Assert.Equal(new KeyValidity(McSystemHarness.WallClockAtZero - TimeSpan.FromSeconds(59), null), keys[0].Validity);
    }

    [Fact]
    public void Nobody_but_members_gets_a_key()
    {
        Harness.Register("dispatcher");

        Assert.Empty(Harness.KeyWork);
    }

    [Fact]
    public void Who_acknowledged_a_key_is_not_sent_it_again_not_even_after_a_restart()
    {
        Harness.Register("alice");
        Harness.TakeKeys();
        Harness.KillAndRestart();
        Harness.Wait(TimeSpan.FromSeconds(1));
        Harness.Register("alice");

        Assert.Empty(Harness.KeyWork);
        Assert.DoesNotContain(Harness.Events, happened => happened.Name == "group-key-activated");
        Assert.Equal(2, Harness.Stored.OfType<GroupKeyReceipt>().Count());
    }

    [Fact]
    public void After_a_restart_registered_members_get_what_they_have_not_acknowledged()
    {
        Harness.Register("erin");
        Harness.MakeMessages();
        string before = Stored(Fire).Single().Id;
        Harness.KillAndRestart();
        Harness.Wait(TimeSpan.FromSeconds(1));
        Harness.TakeKeys();

        Assert.Equal([before, before], Harness.Made.Select(made => made.Key.Id.ToString()));
        Assert.Single(Harness.Stored.OfType<GroupKeyReceipt>());
    }

    [Fact]
    public void A_key_that_was_refused_is_sent_again_later_and_the_log_has_the_warning()
    {
        Harness.Register("erin");
        Harness.MakeMessages();
        Harness.Answer("erin", 403, warning: "BadSignature");

        Assert.Contains(Harness.Events, happened => happened is { Name: "group-key-not-taken", Warning: true } && happened.Detail.Contains("403 Forbidden BadSignature", StringComparison.Ordinal));
        Assert.Empty(Harness.Stored.OfType<GroupKeyReceipt>());
        Harness.Wait(TimeSpan.FromSeconds(29));
        Assert.Empty(Harness.KeyWork);
        Harness.Wait(TimeSpan.FromSeconds(2));
        Assert.Single(Harness.KeyWork);
    }

    [Fact]
    public void A_key_that_is_never_taken_is_sent_a_bounded_number_of_times_and_then_at_the_next_registration()
    {
        Harness.Register("erin", expires: 3600);
        for (int i = 0; i < 60; i++)
        {
            Harness.MakeMessages();
            Harness.Fail("erin");
            Harness.Wait(TimeSpan.FromSeconds(30));
        }
        Assert.Equal(1 + new KeyOptions().MaxRetries, Harness.Made.Count);

        Harness.Register("erin");
        Assert.Single(Harness.KeyWork);
    }

    [Fact]
    public void One_refused_key_does_not_keep_the_others_back()
    {
        Harness.Register("alice");
        Harness.MakeMessages();
        Harness.Answer("alice", 403);
        Harness.TakeKeys();

        Assert.Equal(2, Harness.Made.Select(made => made.Key.Id).Distinct().Count());
        Assert.Single(Harness.Stored.OfType<GroupKeyReceipt>());
    }

    [Fact]
    public void A_client_that_starts_anew_is_sent_what_its_former_self_did_not_answer()
    {
        Harness.Register("erin");
        Harness.MakeMessages();
        Harness.Register("erin");

        Assert.Single(Harness.KeyWork);
    }

    [Fact]
    public void No_more_messages_are_asked_for_at_a_time_than_the_host_takes()
    {
        var mcx = new McSystemHarness(organisation: Managed(), keys: new KeyOptions { MaxMessagesInWork = 2 });
        foreach (string name in (string[])["alice", "bob", "erin"])
            mcx.Register(name);

        Assert.Equal(2, mcx.KeyWork.Count);
        mcx.TakeKeys();
        Assert.Equal(5, mcx.Stored.OfType<GroupKeyReceipt>().Count());
    }

    [Fact]
    public void A_message_that_the_host_loses_is_asked_for_again()
    {
        Harness.Register("erin");
        Harness.KeyWork.Clear();
        Harness.Wait(TimeSpan.FromSeconds(60));

        Assert.Single(Harness.KeyWork);
    }

    [Fact]
    public void A_message_for_a_client_that_is_gone_is_not_sent()
    {
        Harness.Register("erin");
        Harness.Register("erin", expires: 0);
        Harness.MakeMessages();

        Assert.Empty(Harness.Unanswered);
        Assert.Equal(0, Harness.System.PendingRequestCount);
    }

    [Fact]
    public void When_a_member_has_left_the_organisation_file_the_others_get_a_new_key_and_the_old_one_is_revoked()
    {
        foreach (string name in (string[])["alice", "bob", "erin"])
            Harness.Register(name);
        Harness.TakeKeys();
        GroupKey before = Stored(Fire).Single();
        Harness.Organisation = TestOrganisation.CreateManaged(leaver: "erin");
        Harness.Made.Clear();

        Harness.KillAndRestart();
        Harness.Wait(TimeSpan.FromSeconds(1));
        Harness.TakeKeys();

        GroupKey[] keys = Stored(Fire);
        Assert.Equal(GroupKeyStatus.Revoked, keys[0].Status);
        Assert.Equal(keys[1].ActivatesAt + new KeyOptions().RevocationOverlap, keys[0].ExpiresAt);
        Assert.DoesNotContain("sip:erin@mcx.example", keys[1].Members);
        Assert.Equal(["sip:alice@mcx.example", "sip:bob@mcx.example"], Harness.Made.Where(made => made.Key.Id.Value == keys[1].KeyId).Select(made => made.McpttId).Order());
        Assert.DoesNotContain(Harness.Made, made => made.McpttId == "sip:erin@mcx.example");
        Assert.Contains(Harness.Events, happened => happened is { Name: "group-key-revoked", Warning: true } && happened.Detail.Contains("sip:erin@mcx.example", StringComparison.Ordinal));
        Harness.Wait(Lead + TimeSpan.FromSeconds(5));
        Assert.NotEqual(before.Id, Assert.Single(Stored(Fire)).Id);
    }

    [Fact]
    public void A_revocation_is_made_once()
    {
        Harness.Register("erin");
        Harness.Organisation = TestOrganisation.CreateManaged(leaver: "erin");
        Harness.KillAndRestart();
        Harness.Wait(TimeSpan.FromSeconds(1));
        string[] keys = [.. Stored(Fire).Select(key => key.Id)];

        Harness.KillAndRestart();
        Harness.Wait(TimeSpan.FromSeconds(1));

        Assert.Equal(2, keys.Length);
        Assert.Equal(keys, Stored(Fire).Select(key => key.Id));
    }

    [Fact]
    public void A_new_member_gets_the_key_there_is_and_counts_as_its_holder()
    {
        Harness.Organisation = TestOrganisation.CreateManaged(leaver: "erin");
        Harness.KillAndRestart();
        Harness.Register("alice");
        GroupKey before = Stored(Fire).Single();
        Harness.Organisation = Managed();

        Harness.KillAndRestart();
        Harness.Wait(TimeSpan.FromSeconds(1));
        Harness.Register("erin");
        Harness.TakeKeys();

        GroupKey after = Stored(Fire).Single();
        Assert.Equal(before.Id, after.Id);
        Assert.Contains("sip:erin@mcx.example", after.Members);
        Assert.Contains(Harness.Made, made => made.McpttId == "sip:erin@mcx.example");
    }

    [Fact]
    public void Keys_of_a_group_that_is_no_longer_managed_are_deleted()
    {
        Harness.Register("alice");
        Harness.TakeKeys();
        Harness.Organisation = TestOrganisation.Create();
        Harness.KillAndRestart();
        Harness.Wait(TimeSpan.FromSeconds(1));

        Assert.Empty(Harness.Stored.OfType<GroupKey>());
        Assert.Empty(Harness.Stored.OfType<GroupKeyReceipt>());
    }

    [Fact]
    public void A_rotation_survives_a_restart_within_its_lead()
    {
        Harness.Register("dispatcher");
        Harness.Register("erin");
        Harness.TakeKeys();
        Rotate();
        GroupKey[] keys = Stored(Fire);
        Harness.KillAndRestart();
        Harness.Wait(TimeSpan.FromSeconds(1));
        Harness.TakeKeys();

        Assert.Equal(keys[1].Id, Harness.Made[^2].Key.Id.ToString());
        Harness.Wait(Lead + Overlap + TimeSpan.FromSeconds(2));
        Assert.Equal(keys[1].Id, Assert.Single(Stored(Fire)).Id);
    }

    [Fact]
    public void After_the_store_is_lost_the_new_key_comes_after_the_one_that_members_still_hold()
    {
        Harness.Register("erin");
        GroupKey lost = Stored(Fire).Single();
        Harness.LoseStore();
        Harness.Now += TimeSpan.FromMinutes(2);
        Harness.KillAndRestart();
        Harness.Register("erin");

        Assert.True(Stored(Fire).Single().ActivatesAt > lost.ActivatesAt);
    }

    [Fact]
    public void No_event_or_record_prints_key_material()
    {
        Harness.Register("dispatcher");
        Harness.Register("erin");
        Harness.TakeKeys();
        Rotate();
        string[] secrets = [.. Stored(Fire).SelectMany(key => (string[])[Convert.ToHexString(key.Key), Convert.ToBase64String(key.Key)])];

        string printed = string.Join('\n', Harness.Events.Select(happened => happened.ToString()).Concat(Stored(Fire).Select(key => key.ToString())).Concat(Harness.Made.Select(made => made.ToString())));

        Assert.Contains("GMK", printed, StringComparison.Ordinal);
        Assert.DoesNotContain(secrets, secret => printed.Contains(secret, StringComparison.OrdinalIgnoreCase));
    }

    private static string Octets(McxKey key)
    {
        byte[] octets = new byte[16];
        key.CopyKeyTo(octets);
        return Convert.ToHexString(octets);
    }
}
